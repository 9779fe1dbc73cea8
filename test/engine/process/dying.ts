/** An encoder process that dies before its first word, as in an installation that is broken. */
process.exit(3);
