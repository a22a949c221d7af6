import type { Admitted } from './exchange';
import { rawHeader, withoutHeader, type RawHeaders } from './headers';

/** Facts about the caller that may go upstream, and the header each goes under. Nothing goes by default. */
export interface ActorHeaders {
  readonly user?: string;
  readonly workspace?: string;
  readonly template?: string;
  readonly task?: string;
}

/**
 * Adds what the provider's configuration says: fixed headers, and who is calling. What a client sends under one of these
 * names does not go on, or it could speak for somebody else.
 */
export function addConfiguredHeaders(headers: string[], { provider, caller }: Admitted): string[] {
  const { headers: fixed = {}, actorHeaders = {} } = provider;
  const { workspace, taskId } = caller.context ?? {};
  const values: Readonly<Record<keyof ActorHeaders, string | undefined>> = {
    user: caller.identity.user,
    workspace: workspace?.name,
    template: workspace?.templateName,
    task: taskId,
  };
  let named = headers;
  for (const [fact, name] of Object.entries(actorHeaders))
    named = replaceHeader(named, name, values[fact as keyof ActorHeaders]);
  for (const [name, value] of Object.entries(fixed)) named = replaceHeader(named, name, value);
  return named;
}

function replaceHeader(headers: RawHeaders, name: string, value: string | undefined): string[] {
  const lower = name.toLowerCase();
  const others =
    rawHeader(headers, lower) === undefined ? [...headers] : withoutHeader(headers, lower);
  if (value !== undefined) others.push(name, headerText(value));
  return others;
}

/** Header values are visible ASCII; a name in another script travels percent-encoded. */
function headerText(value: string): string {
  return /^[\x20-\x7e]*$/.test(value) ? value : encodeURIComponent(value);
}
