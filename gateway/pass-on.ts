import type { NewRecord } from '../audit';
import { upstreamRequest } from './call-upstream';
import type { Admitted } from './exchange';
import { forward } from './forward';
import type { Refusal } from './providers/wire-format';
import { REFUSALS, sendRefusal, upstreamRefusal } from './refuse';

/** Sends a request on that is recorded but not read; resolves with what its record says of the end. */
export async function passOn(exchange: Admitted): Promise<NewRecord['data']> {
  const { provider, caller, response } = exchange;
  const key = caller.ownKey === undefined ? provider.keys.choose(new Set()) : undefined;
  const outgoing = await upstreamRequest(exchange, key, false);
  if (outgoing === undefined) return refusePassed(exchange, REFUSALS.keyUnavailable);
  let status: number | undefined;
  const ending = await forward(outgoing, response, {
    onHead: (answered) => void (status = answered),
    onData: () => undefined,
  });
  if (ending.kind === 'upstream_error')
    status = sendRefusal(response, provider.type.defaultFormat, upstreamRefusal(ending.error));
  return { ending: ending.kind, status };
}

/** Refuses one of those, in its provider's form. */
export function refusePassed(
  { provider, response }: Admitted,
  refusal: Refusal,
): NewRecord['data'] {
  const status = sendRefusal(response, provider.type.defaultFormat, refusal);
  return { ending: 'refused', status, errorCode: refusal.code };
}
