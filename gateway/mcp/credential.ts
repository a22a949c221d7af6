import type { Caller } from '../admission';
import type { McpRefusal } from './refuse';

/** What goes along with a request to an MCP server to prove who calls: header names and values in turn. */
export type CredentialHeaders =
  { readonly headers: readonly string[] } | { readonly refusal: McpRefusal };

/** Where the credential for one MCP server comes from. Never rejects. */
export interface Credential {
  /** @param isRefused the server refused the one given before */
  headersFor(caller: Caller, isRefused: boolean): Promise<CredentialHeaders>;
  /** Whether asking again after a refusal can bring another one. */
  readonly isRenewable: boolean;
}

/** The same headers for everybody. */
export function fixedCredential(headers: Readonly<Record<string, string>>): Credential {
  const raw = Object.entries(headers).flat();
  return { isRenewable: false, headersFor: () => Promise.resolve({ headers: raw }) };
}

/** Each person's own token, as bearer. Who has none is refused with `missing`. */
export function personalCredential(
  tokens: Readonly<Record<string, string>>,
  missing: McpRefusal,
): Credential {
  const byUser = new Map(Object.entries(tokens));
  return {
    isRenewable: false,
    headersFor({ identity }) {
      const token = byUser.get(identity.user);
      return Promise.resolve(
        token === undefined
          ? { refusal: missing }
          : { headers: ['authorization', `Bearer ${token}`] },
      );
    },
  };
}

/** Several together: each adds its headers, the first refusal counts. */
export function joinedCredential(parts: readonly Credential[]): Credential {
  return {
    isRenewable: parts.some(({ isRenewable }) => isRenewable),
    async headersFor(caller, isRefused) {
      const headers: string[] = [];
      for (const part of parts) {
        const given = await part.headersFor(caller, isRefused);
        if ('refusal' in given) return given;
        headers.push(...given.headers);
      }
      return { headers };
    },
  };
}
