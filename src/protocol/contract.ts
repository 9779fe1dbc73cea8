/**
 * A request as one value: its name on the wire, with the types of what goes there and what comes back.
 * The type parameters exist for the compiler only.
 */
export interface RequestContract<Params, Result> {
  readonly method: string;
  readonly types?: { readonly params: Params; readonly result: Result };
}

/** A one-way message as one value. */
export interface NotificationContract<Params> {
  readonly method: string;
  readonly types?: { readonly params: Params };
}

export const request = <Params, Result>(method: string): RequestContract<Params, Result> => ({ method });
export const notification = <Params>(method: string): NotificationContract<Params> => ({ method });
