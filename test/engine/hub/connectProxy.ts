import http from "node:http";
import net, { type AddressInfo } from "node:net";

export interface ConnectProxy {
  /** With name and password, as in HTTPS_PROXY. */
  readonly address: string;
  /** Headers of each tunnel that was asked for, and its `target`. */
  readonly asked: http.IncomingHttpHeaders[];
  close(): void;
}

/** A proxy that wants a name and a password, and whose tunnels all end at one port of this machine. */
export async function startConnectProxy(port: () => number): Promise<ConnectProxy> {
  const asked: http.IncomingHttpHeaders[] = [];
  const proxy = http.createServer((_, response) => response.writeHead(405).end());
  proxy.on("connect", (request: http.IncomingMessage, socket: net.Socket) => {
    asked.push({ ...request.headers, target: request.url });
    if (request.headers["proxy-authorization"] !== `Basic ${Buffer.from("me:p w").toString("base64")}`) {
      socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
      return;
    }
    const to = net.connect(port(), "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      to.pipe(socket).pipe(to);
    });
    socket.on("error", () => to.destroy());
    to.on("error", () => socket.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  return {
    address: `http://me:p%20w@127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    asked,
    close: () => {
      proxy.closeAllConnections();
      proxy.close();
    },
  };
}
