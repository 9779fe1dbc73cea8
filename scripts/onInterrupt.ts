/** Ends what a script keeps, and then the script, when it is told to end. */
export function onInterrupt(stop: () => Promise<void>): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => {
      void stop().then(() => process.exit(0));
    });
}
