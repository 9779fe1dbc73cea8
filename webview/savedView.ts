import * as v from "valibot";

/** What a page chose to show before it was reloaded; undefined where a part of it is none of ours. */
export function savedView<View>(saved: unknown, view: v.GenericSchema<unknown, View>): View | undefined {
  const parsed = v.safeParse(v.object({ view }), saved);
  return parsed.success ? parsed.output.view : undefined;
}
