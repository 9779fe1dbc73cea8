/** Every id that package.json and the code must agree on; a test compares the two. */
export const COMMANDS = {
  compare: "compareEmbeddings.compare",
  compareFiles: "compareEmbeddings.compareFiles",
  chooseEncoders: "compareEmbeddings.chooseEncoders",
  showLog: "compareEmbeddings.showLog",
  restartEngine: "compareEmbeddings.restartEngine",
  openCard: "compareEmbeddings.openCard",
  reopen: "compareEmbeddings.reopen",
  remove: "compareEmbeddings.remove",
} as const;

export const VIEWS = {
  encoders: "compareEmbeddings.encoders",
  comparisons: "compareEmbeddings.comparisons",
} as const;

export const SETTINGS = {
  section: "compareEmbeddings",
  split: "split",
  neighbours: "neighbours",
  node: "engine.node",
  workers: "engine.workers",
} as const;

export const PANEL_TYPE = "compareEmbeddings.panel";
export const CARD_SCHEME = "compare-embeddings-card";
