/** What a request says, whatever its wire format. */
export interface Said {
  readonly system?: string;
  readonly prompt?: string;
  /** Result of a tool call, after the prompt. */
  readonly result?: { readonly id: string; readonly text: string };
  readonly isStreaming?: boolean;
}

/** How one wire format says it. */
export interface WireRequest {
  readonly name: string;
  readonly type: string;
  /** Path of the provider's base URL. */
  readonly base: string;
  path(isStreaming: boolean): string;
  body(said: Said): object;
}

const present = <T>(value: T | undefined): readonly T[] => (value === undefined ? [] : [value]);

/** The same request in every wire format. */
export const WIRE_REQUESTS: readonly WireRequest[] = [
  {
    name: 'anthropic-messages',
    type: 'anthropic',
    base: '',
    path: () => '/v1/messages',
    body: ({ system, prompt, result, isStreaming = false }) => ({
      model: 'm-1',
      max_tokens: 7,
      stream: isStreaming,
      ...(system === undefined ? {} : { system: [{ type: 'text', text: system }] }),
      messages: [
        {
          role: 'user',
          content: [
            ...present(prompt).map((text) => ({ type: 'text', text })),
            ...present(result).map(({ id, text }) => ({
              type: 'tool_result',
              tool_use_id: id,
              content: [{ type: 'text', text }],
            })),
          ],
        },
      ],
    }),
  },
  {
    name: 'openai-chat',
    type: 'openai',
    base: '/v1',
    path: () => '/v1/chat/completions',
    body: ({ system, prompt, result, isStreaming = false }) => ({
      model: 'm-1',
      max_completion_tokens: 7,
      stream: isStreaming,
      messages: [
        ...present(system).map((content) => ({ role: 'developer', content })),
        ...present(prompt).map((content) => ({ role: 'user', content })),
        ...present(result).map(({ id, text }) => ({
          role: 'tool',
          tool_call_id: id,
          content: text,
        })),
      ],
    }),
  },
  {
    name: 'openai-responses',
    type: 'openai',
    base: '/v1',
    path: () => '/v1/responses',
    body: ({ system, prompt, result, isStreaming = false }) => ({
      model: 'm-1',
      max_output_tokens: 7,
      stream: isStreaming,
      instructions: system,
      input: [
        ...present(prompt).map((text) => ({
          type: 'message',
          role: 'user',
          content: [{ type: 'input_text', text }],
        })),
        ...present(result).map(({ id, text }) => ({
          type: 'function_call_output',
          call_id: id,
          output: text,
        })),
      ],
    }),
  },
  {
    name: 'gemini-generate',
    type: 'gemini',
    base: '',
    path: (isStreaming) =>
      `/v1beta/models/m-1:${isStreaming ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
    body: ({ system, prompt, result }) => ({
      ...(system === undefined ? {} : { systemInstruction: { parts: [{ text: system }] } }),
      contents: [
        {
          role: 'user',
          parts: [
            ...present(prompt).map((text) => ({ text })),
            ...present(result).map(({ id, text }) => ({
              functionResponse: { id, name: 'Bash', response: { output: text } },
            })),
          ],
        },
      ],
    }),
  },
];
