import { createServer } from 'node:https';
import { createCertificateAuthority } from '../../firewall';

export interface LocalOrigin {
  /** Certificate a client must trust to speak to it. */
  readonly caPem: string;
  close(): Promise<void>;
}

/** A company host on loopback, HTTPS with its own certificate authority. */
export async function startLocalOrigin(
  host: string,
  body: string,
  port: number,
): Promise<LocalOrigin> {
  const authority = createCertificateAuthority();
  const server = createServer(
    { SNICallback: (name, done) => done(null, authority.contextFor(name || host)) },
    (_request, response) => response.end(body),
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    caPem: authority.certificatePem,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
