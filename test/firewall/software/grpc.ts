/** A gRPC server of the library everybody uses: one call, and one stream that sends back what it gets. */
import {
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type sendUnaryData,
} from '@grpc/grpc-js';
import type { ServerCertificate } from './certificates';

const RAW = {
  requestSerialize: (bytes: Buffer) => bytes,
  requestDeserialize: (bytes: Buffer) => bytes,
  responseSerialize: (bytes: Buffer) => bytes,
  responseDeserialize: (bytes: Buffer) => bytes,
};

export interface GrpcServer extends Disposable {
  readonly port: number;
}

export async function startGrpc({ key, cert }: ServerCertificate): Promise<GrpcServer> {
  const server = new Server();
  server.addService(
    {
      hello: { path: '/town.Town/Hello', requestStream: false, responseStream: false, ...RAW },
      echo: { path: '/town.Town/Echo', requestStream: true, responseStream: true, ...RAW },
    },
    {
      hello: ({ request }: ServerUnaryCall<Buffer, Buffer>, done: sendUnaryData<Buffer>) =>
        done(null, Buffer.from(`hello ${request.toString()}`)),
      echo(call: ServerDuplexStream<Buffer, Buffer>) {
        call.on('data', (message: Buffer) => {
          if (!call.write(message)) call.pause();
        });
        call.on('drain', () => call.resume());
        call.on('end', () => call.end());
      },
    },
  );
  const credentials = ServerCredentials.createSsl(null, [
    { private_key: Buffer.from(key), cert_chain: Buffer.from(cert) },
  ]);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', credentials, (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return { port, [Symbol.dispose]: () => server.forceShutdown() };
}
