import type { ChildProcess } from "node:child_process";
import {
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  ParameterStructures,
  NotificationType,
  RequestType,
  ResponseError,
} from "vscode-jsonrpc/node";

import { neverCancelled, type CancellationToken } from "../core/base/cancellation.ts";
import type { Disposable } from "../core/base/disposable.ts";
import type { NotificationContract, RequestContract } from "../protocol/contract.ts";
import { cancelled, EmbedError, errorData, processEnded, type EmbedErrorData } from "../protocol/errors.ts";

/** One end of a channel between two processes. Typed arrays cross as such. Every request settles. */
export interface Rpc extends Disposable {
  /** Ends the channel and rejects what is pending with `processEnded`, saying how. */
  close(how: string): void;
  /** Rejects with an {@link EmbedError}: the handler's, or `processEnded` when the other end goes away. */
  request<P, R>(contract: RequestContract<P, R>, params: P, token?: CancellationToken): Promise<R>;
  onRequest<P, R>(contract: RequestContract<P, R>, handler: (params: P, token: CancellationToken) => R | Promise<R>): void;
  /** Sends and forgets; a closed channel swallows it. */
  notify<P>(contract: NotificationContract<P>, params: P): void;
  onNotification<P>(contract: NotificationContract<P>, handler: (params: P) => void): Disposable;
}

/** Speaks over the IPC channel of `end`, which must have been forked with `serialization: "advanced"`. */
export function createRpc(end: ChildProcess | NodeJS.Process, peerName: string): Rpc {
  // The library's types know only the parent's `process`; at run time both ends are event emitters with send().
  const port = end as NodeJS.Process;
  const connection = createMessageConnection(new IPCMessageReader(port), new IPCMessageWriter(port));
  // A message that cannot be sent belongs to a peer that is gone; its exit is what gets reported.
  connection.onError(() => undefined);
  connection.onUnhandledNotification(() => undefined);
  connection.listen();
  let closed: string | undefined;
  const close = (how: string): void => {
    if (closed !== undefined) return;
    closed = how;
    // Pending requests are rejected here and nowhere else: closing the channel alone leaves them waiting for ever.
    connection.dispose();
  };

  return {
    async request(contract, params, token = neverCancelled) {
      if (closed !== undefined) throw processEnded(peerName, closed);
      if (token.isCancellationRequested) throw cancelled();
      try {
        return (await connection.sendRequest(requestType(contract), { params }, token)).result;
      } catch (thrown) {
        throw rehydrate(thrown, peerName, closed);
      }
    },
    onRequest(contract, handler) {
      connection.onRequest(requestType(contract), async (envelope, token) => {
        try {
          return { result: await handler(envelope.params, token) };
        } catch (thrown) {
          const data = errorData(thrown);
          throw new ResponseError(APPLICATION_ERROR, data.message, data);
        }
      });
    },
    notify(contract, params) {
      if (closed !== undefined) return;
      connection.sendNotification(notificationType(contract), { params }).catch(() => undefined);
    },
    onNotification(contract, handler) {
      return connection.onNotification(notificationType(contract), (envelope) => {
        handler(envelope.params);
      });
    },
    close,
    dispose: () => {
      close("closed");
    },
  };
}

/** JSON-RPC leaves codes above -32000 to applications; ours travels in `data`. */
const APPLICATION_ERROR = 1;

/** Parameters and results travel in envelopes, so that null and arrays keep their shape. */
interface Envelope<P> {
  readonly params: P;
}
interface Answer<R> {
  readonly result: R;
}

const requestType = <P, R>(contract: RequestContract<P, R>): RequestType<Envelope<P>, Answer<R>, EmbedErrorData> =>
  new RequestType(contract.method, ParameterStructures.byName);

const notificationType = <P>(contract: NotificationContract<P>): NotificationType<Envelope<P>> =>
  new NotificationType(contract.method, ParameterStructures.byName);

function rehydrate(thrown: unknown, peerName: string, closed: string | undefined): EmbedError {
  if (thrown instanceof EmbedError) return thrown;
  if (thrown instanceof ResponseError && isErrorData(thrown.data)) return new EmbedError(thrown.data);
  return processEnded(peerName, closed ?? (thrown instanceof Error ? thrown.message : String(thrown)));
}

const isErrorData = (data: unknown): data is EmbedErrorData =>
  typeof data === "object" && data !== null && "code" in data && "message" in data;
