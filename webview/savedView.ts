import * as v from "valibot";

/** What a page chose to show before it was reloaded; nothing where a part of it is none of ours. */
export function savedView<View extends object>(
  saved: unknown,
  view: v.GenericSchema<unknown, View>,
): View | Record<never, never> {
  const parsed = v.safeParse(v.object({ view }), saved);
  return parsed.success ? parsed.output.view : {};
}
