/** `node dist/bench/real-clients/install-main.js [claude|codex|gemini|opencode|qwen]…`: tests of real clients need them. */
import { knownClients } from './cases';
import { installClient } from './install';

const onProgress = (text: string) => void process.stderr.write(text);
for (const client of knownClients(process.argv.slice(2))) {
  process.stdout.write(`${installClient(client, onProgress)}\n`);
}
