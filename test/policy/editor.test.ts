import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const ROOT = resolve(__dirname, '..', '..');
const SERVER = join(ROOT, 'node_modules', 'yaml-language-server', 'bin', 'yaml-language-server');
const SCHEMA = join(ROOT, 'policy', 'policy.schema.json');
const EXAMPLE = join(ROOT, 'examples', 'quickstart', 'policy.yaml');

interface Message {
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
}

/** The smallest language client: one request at a time, notifications awaited by name. */
class LanguageClient implements AsyncDisposable {
  readonly #server: ChildProcessWithoutNullStreams;
  readonly #waiting: {
    matches: (message: Message) => boolean;
    resolve: (message: Message) => void;
  }[] = [];
  #buffer = Buffer.alloc(0);
  #nextId = 1;

  constructor() {
    this.#server = spawn(process.execPath, [SERVER, '--stdio']);
    this.#server.stdout.on('data', (chunk: Buffer) => this.#receive(chunk));
  }

  #receive(chunk: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, chunk]);
    for (;;) {
      const end = this.#buffer.indexOf('\r\n\r\n');
      const length = Number(
        /Content-Length: (\d+)/i.exec(this.#buffer.toString('latin1', 0, Math.max(end, 0)))?.[1],
      );
      if (end < 0 || this.#buffer.length < end + 4 + length) return;
      const message = JSON.parse(
        this.#buffer.toString('utf8', end + 4, end + 4 + length),
      ) as Message;
      this.#buffer = this.#buffer.subarray(end + 4 + length);
      this.#dispatch(message);
    }
  }

  #dispatch(message: Message): void {
    // requests of the server (configuration, registration) get an empty answer
    if (message.method !== undefined && message.id !== undefined)
      this.#send({ id: message.id, result: [{}] });
    const at = this.#waiting.findIndex(({ matches }) => matches(message));
    if (at >= 0) this.#waiting.splice(at, 1)[0]?.resolve(message);
  }

  #send(message: object): void {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    this.#server.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }

  #wait(matches: (message: Message) => boolean): Promise<Message> {
    return new Promise((resolve) => this.#waiting.push({ matches, resolve }));
  }

  async request(method: string, params: object): Promise<unknown> {
    const id = this.#nextId++;
    const answer = this.#wait((message) => message.id === id && message.method === undefined);
    this.#send({ id, method, params });
    return (await answer).result;
  }

  notify(method: string, params: object): void {
    this.#send({ method, params });
  }

  notification(method: string): Promise<Message> {
    return this.#wait((message) => message.method === method);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise((resolve) => this.#server.once('exit', resolve));
    this.#server.kill();
    await ended;
  }
}

async function open(
  text: string,
  folder: string,
): Promise<{ client: LanguageClient; uri: string; diagnostics: readonly { message: string }[] }> {
  const client = new LanguageClient();
  const uri = pathToFileURL(join(folder, 'policy.yaml')).href;
  await client.request('initialize', { processId: null, rootUri: null, capabilities: {} });
  client.notify('initialized', {});
  const published = client.notification('textDocument/publishDiagnostics');
  client.notify('textDocument/didOpen', {
    textDocument: { uri, languageId: 'yaml', version: 1, text },
  });
  const { params } = await published;
  return {
    client,
    uri,
    diagnostics: (params as { diagnostics: readonly { message: string }[] }).diagnostics,
  };
}

describe('an editor with the YAML language server', () => {
  const folder = mkdtempSync(join(tmpdir(), 'aigov-editor-'));
  const header = `# yaml-language-server: $schema=${pathToFileURL(SCHEMA).href}\n`;
  const example = header + readFileSync(EXAMPLE, 'utf8');
  beforeAll(() => writeFileSync(join(folder, 'policy.yaml'), example));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('finds nothing wrong with the example and completes its keys', async () => {
    const text = `${example.trimEnd()}\n\n`;
    const { client, uri, diagnostics } = await open(text, folder);
    await using _client = client;
    expect(diagnostics).toEqual([]);
    const position = { line: text.split('\n').length - 1, character: 0 };
    const completion = (await client.request('textDocument/completion', {
      textDocument: { uri },
      position,
    })) as {
      items: readonly { label: string; documentation?: unknown }[];
    };
    const labels = completion.items.map(({ label }) => label);
    expect(labels).toEqual(expect.arrayContaining(['retention', 'mcpServers', 'selectors']));
  }, 60_000);

  test('underlines an unknown key', async () => {
    const { client, diagnostics } = await open(`${example.trimEnd()}\nnetwrk: {}\n`, folder);
    await using _client = client;
    expect(diagnostics.map(({ message }) => message)).toEqual([expect.stringContaining('netwrk')]);
  }, 60_000);
});
