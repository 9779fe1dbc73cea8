/**
 * Questions and the passages that answer them, written for this project. Four to a subject, so that the right passage stands among
 * others about the same thing.
 */
export const PROSE_PAIRS: readonly (readonly [query: string, document: string])[] = [
  // Bread
  [
    "Why does my loaf not rise?",
    "Yeast that is old or was mixed with water above fifty degrees is dead, and the dough stays flat.",
  ],
  [
    "How long should dough rest before baking?",
    "Leave it under a cloth for an hour, until it has grown to about twice its size.",
  ],
  [
    "What makes a crust crisp?",
    "Steam in the first ten minutes keeps the surface soft; a dry oven afterwards dries and browns it.",
  ],
  [
    "How can I keep a loaf fresh for days?",
    "Wrap it in linen and store it at room temperature; the fridge makes it stale sooner.",
  ],
  // Bicycles
  [
    "My chain keeps slipping under load.",
    "A worn cassette lets the links ride over the teeth when you push hard: replace both together.",
  ],
  [
    "How much air belongs in a tyre?",
    "The side wall states a range in bar; heavier riders go to its upper end, rough ground asks for the lower.",
  ],
  [
    "The brakes squeal when it is wet.",
    "Water and grime on the rim make the pads vibrate. Clean them with alcohol and set the pads at a slight angle.",
  ],
  ["What height should a saddle have?", "With the heel on the pedal at its lowest point your leg should just be straight."],
  // Gardens
  ["When do I cut back roses?", "Shorten the stems in early spring, once buds swell and hard frost is over."],
  [
    "Leaves of my tomatoes turn yellow from below.",
    "The plant takes nitrogen from its oldest leaves first; feed it, and do not let the soil dry out.",
  ],
  [
    "How do I get rid of snails without poison?",
    "Collect them at dusk, water in the morning, and lay sharp sand around young plants.",
  ],
  ["What grows well in deep shade?", "Ferns, ivy and woodruff live under trees where hardly any sun reaches the ground."],
  // Money
  ["Why do central banks raise rates?", "Dearer credit slows spending, and with it the growth of prices."],
  [
    "What is the difference between shares and bonds?",
    "One makes you part owner of a firm; the other is a loan to it with a date on which it is paid back.",
  ],
  [
    "Should I pay off a mortgage early?",
    "If the loan costs more than savings earn, each payment ahead of time is money gained, less the lender's fee.",
  ],
  ["How much should I keep for emergencies?", "Three to six months of what you spend, where you can reach it within a day."],
  // Body
  [
    "Why do muscles ache two days after running?",
    "Small tears in the fibres become inflamed while they are repaired, most of all between one and three days later.",
  ],
  [
    "Does coffee late in the day disturb sleep?",
    "Half of the caffeine is still in the blood after five hours, where it hides how tired you are.",
  ],
  [
    "How is a cold different from the flu?",
    "The one comes slowly, with a running nose; the other within hours, with high fever and aching limbs.",
  ],
  ["What helps against hiccups?", "Holding your breath raises carbon dioxide, which calms the nerve that jerks the diaphragm."],
  // Sky
  [
    "Why is the sky blue?",
    "Air scatters short waves of sunlight far more than long ones, so that they reach us from every side.",
  ],
  ["What causes the seasons?", "The axis of the Earth is tilted, and each half leans towards the Sun for one part of the year."],
  ["Why does the Moon always show the same face?", "It turns once on its axis in the time of one orbit, held so by the tides."],
  [
    "How do stars come to an end?",
    "Small ones cool as white dwarfs; large ones collapse when their fuel is spent and burst as supernovae.",
  ],
  // History
  [
    "Who could vote in ancient Athens?",
    "Only free adult men born of citizens took part in the assembly; women, slaves and foreigners did not.",
  ],
  [
    "Why did the Roman roads last so long?",
    "They were laid in layers of stone and gravel, drained at both sides, and mended by the army.",
  ],
  [
    "What did printing change?",
    "Books that had taken a scribe months could be had in hundreds, and ideas outran those who would forbid them.",
  ],
  [
    "Why did sailors once fall ill on long voyages?",
    "Without fresh fruit they lacked vitamin C; gums bled and old wounds opened.",
  ],
  // Version control
  [
    "How do I undo the last commit but keep my changes?",
    "Move the branch back by one with a soft reset: the files stay as they are, staged.",
  ],
  [
    "What is the difference between merge and rebase?",
    "One joins two histories with a new commit; the other writes your commits anew on top of the other branch.",
  ],
  [
    "How do I find the commit that broke a test?",
    "Bisect halves the range between a good and a bad revision until a single one is left.",
  ],
  [
    "Somebody pushed a password. What now?",
    "Change the secret at once; rewriting the history alone does not take back what was already copied.",
  ],
  // Databases
  [
    "Why is my query slow although there is an index?",
    "A function around the column, or a wildcard at its beginning, keeps the planner from using it.",
  ],
  [
    "When should I split a table in two?",
    "When columns depend on a part of the key only, each fact is stored many times and can contradict itself.",
  ],
  [
    "What does a transaction promise?",
    "All of its changes become visible together or not at all, even if the machine fails in between.",
  ],
  [
    "How do two writers block each other forever?",
    "Each holds a lock that the other waits for; taking locks in one agreed order prevents it.",
  ],
  // Networks
  [
    "What happens when I type an address into the browser?",
    "The name is looked up, a connection opened and encrypted, and the page asked for, which names further files.",
  ],
  [
    "Why use a content delivery network?",
    "Copies near the reader shorten the way, and take the load off the server where they come from.",
  ],
  ["My requests time out only at night.", "Backups run then and fill the line; limit their bandwidth or move them."],
  ["What is the use of a certificate?", "It binds a public key to a name, signed by somebody whom your browser trusts."],
  // Cities
  ["Why do wider roads not end traffic jams?", "New room draws new drivers until it is as full as before."],
  [
    "How can a street be made safer for children?",
    "Narrow lanes, raised crossings and parked cars only on one side make drivers slow down.",
  ],
  ["What makes a square pleasant to sit in?", "Shade, seats along the edge with one's back covered, and something to watch."],
  [
    "Why are old town centres cooler than new suburbs?",
    "Narrow lanes keep the sun off the walls, and thick stone takes hours to warm.",
  ],
  // Music
  [
    "What is the difference between major and minor?",
    "The third note of the scale lies half a step lower, which most of us hear as sadder.",
  ],
  [
    "Why does a violin sound unlike a flute at the same pitch?",
    "Their overtones differ in strength, and so does the noise with which a note begins.",
  ],
  [
    "How do I learn a hard passage?",
    "Play it slowly enough to make no mistake, in small pieces, and join them only when each is sure.",
  ],
  ["What does a conductor do?", "Beats time, balances the sections, and settles before the concert how it all should sound."],
];
