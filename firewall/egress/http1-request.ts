import type { ProxyAddress } from './dialer';
import type { OutboundRequest } from './exchange';
import { type RawHeaders, valuesOf } from './headers';
import { http1Headers } from './headers-http2';
import { protocolFault, renderFields } from './http1-head';
import { urlAuthority } from './host';

/** A request as it goes over an HTTP/1.1 connection. */
export interface Http1RequestHead {
  readonly text: string;
  /** Bytes of the body, or chunked. */
  readonly body: number | 'chunked';
}

/** Nothing that could end a request line early. */
const METHOD = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const TARGET = /^[!-~]+$/;

function framing(request: OutboundRequest, headers: RawHeaders): [string[], number | 'chunked'] {
  const [length] = valuesOf(headers, 'content-length');
  if (valuesOf(headers, 'transfer-encoding').length > 0) return [[], 'chunked'];
  if (length !== undefined) return [[], Number(length)];
  if (request.hasBody) return [['Transfer-Encoding', 'chunked'], 'chunked'];
  // RFC 9110 §8.6: a method that may have a body says that it has none.
  const isBodyMethod = ['POST', 'PUT', 'PATCH'].includes(request.method);
  return [isBodyMethod ? ['Content-Length', '0'] : [], 0];
}

/**
 * Says a request in HTTP/1.1: header order and spelling stay the client's. Plain HTTP by the company's proxy is in
 * absolute-form. Throws an `UpstreamError` for what HTTP/1.1 cannot say.
 */
export function requestHead(request: OutboundRequest, proxy?: ProxyAddress): Http1RequestHead {
  const { method, host, port } = request;
  const headers = http1Headers(request.rawHeaders, request.authority);
  const [framed, body] = framing(request, headers);
  const hop = request.isUpgrade
    ? ['Connection', 'Upgrade', 'Upgrade', 'websocket']
    : ['Connection', 'keep-alive'];
  const credentials =
    proxy?.authorization === undefined ? [] : ['Proxy-Authorization', proxy.authorization];
  const path =
    proxy === undefined
      ? request.path
      : `http://${urlAuthority('http', host, port)}${request.path}`;
  if (!METHOD.test(method) || !TARGET.test(path)) throw protocolFault('request line');
  const fields = renderFields([...headers, ...framed, ...credentials, ...hop]);
  return { text: `${method} ${path} HTTP/1.1\r\n${fields}\r\n`, body };
}
