/** Every id that package.json and the code must agree on; a test compares the two. */
export const COMMANDS = {
  compare: "compareEmbeddings.compare",
  compareFiles: "compareEmbeddings.compareFiles",
  compareLayers: "compareEmbeddings.compareLayers",
  addVariant: "compareEmbeddings.addVariant",
  removeVariant: "compareEmbeddings.removeVariant",
  groupEncoders: "compareEmbeddings.groupEncoders",
  chooseEncoders: "compareEmbeddings.chooseEncoders",
  addEncoder: "compareEmbeddings.addEncoder",
  getEncoder: "compareEmbeddings.getEncoder",
  addFromFolder: "compareEmbeddings.addFromFolder",
  addFromHub: "compareEmbeddings.addFromHub",
  setHubToken: "compareEmbeddings.setHubToken",
  removeEncoder: "compareEmbeddings.removeEncoder",
  addRemote: "compareEmbeddings.addRemote",
  allowRemote: "compareEmbeddings.allowRemote",
  withdrawRemote: "compareEmbeddings.withdrawRemote",
  showLog: "compareEmbeddings.showLog",
  restartEngine: "compareEmbeddings.restartEngine",
  openCard: "compareEmbeddings.openCard",
  compareCards: "compareEmbeddings.compareCards",
  testEncoder: "compareEmbeddings.testEncoder",
  doctor: "compareEmbeddings.doctor",
  reopen: "compareEmbeddings.reopen",
  remove: "compareEmbeddings.remove",
  indexWorkspace: "compareEmbeddings.indexWorkspace",
  pauseIndexing: "compareEmbeddings.pauseIndexing",
  resumeIndexing: "compareEmbeddings.resumeIndexing",
  stopIndexing: "compareEmbeddings.stopIndexing",
  clearIndex: "compareEmbeddings.clearIndex",
  findNeighbours: "compareEmbeddings.findNeighbours",
  neighboursAt: "compareEmbeddings.neighboursAt",
  searchByMeaning: "compareEmbeddings.searchByMeaning",
  showHubs: "compareEmbeddings.showHubs",
  showDuplicates: "compareEmbeddings.showDuplicates",
  toggleDuplicateProblems: "compareEmbeddings.toggleDuplicateProblems",
  toggleLens: "compareEmbeddings.toggleLens",
  shareIndex: "compareEmbeddings.shareIndex",
  setSharedToken: "compareEmbeddings.setSharedToken",
  withdrawShared: "compareEmbeddings.withdrawShared",
} as const;

export const VIEWS = {
  encoders: "compareEmbeddings.encoders",
  index: "compareEmbeddings.index",
  comparisons: "compareEmbeddings.comparisons",
} as const;

/** The editor makes this command for every view. */
export const FOCUS_INDEX = `${VIEWS.index}.focus`;

export const SETTINGS = {
  section: "compareEmbeddings",
  split: "split",
  neighbours: "neighbours",
  encodersFolder: "encoders.folder",
  hubEndpoint: "hub.endpoint",
  node: "engine.node",
  workers: "engine.workers",
  indexAutomatic: "index.automatic",
  indexHeader: "index.header",
  indexCpu: "index.cpu",
  indexOnBattery: "index.onBattery",
  indexMemory: "index.memory",
  lens: "lens.enabled",
  duplicateProblems: "duplicates.problems",
  sharedAddress: "shared.address",
  sharedSecure: "shared.secure",
} as const;

/** Set for `when` clauses. */
export const CONTEXT_KEYS = {
  /** One of the phases of index/workspaceIndex.ts. */
  indexState: "compareEmbeddings.indexState",
} as const;

export const TOOLS = {
  neighbours: "compare-embeddings_neighbours",
  compare: "compare-embeddings_compare",
} as const;

export const PANEL_TYPE = "compareEmbeddings.panel";
export const NEIGHBOURS_TYPE = "compareEmbeddings.neighbours";
/** Of the page that the doctor writes. */
export const DOCTOR_SCHEME = "compare-embeddings-doctor";
export const CARDS_TYPE = "compareEmbeddings.cards";
