import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import {
  decodeValue,
  encodeValue,
  serveProvider,
  typeOfBlock,
  type CtyObject,
} from '../../provider/plugin';
import { exampleProvider, thingSchema, type Store } from './example-provider';

const type = typeOfBlock(thingSchema.block);

/** The example provider as a process: its store is the file EXAMPLE_STORE names. */
function fileStore(file: string): Store {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '[]';
  const saved = JSON.parse(text) as [string, string][];
  const things = new Map(
    saved.map(([id, bytes]) => [id, decodeValue(Buffer.from(bytes, 'base64'), type) as CtyObject]),
  );
  const save = () => {
    const encoded = [...things].map(([id, value]) => [id, Buffer.from(encodeValue(value, type))]);
    writeFileSync(
      file,
      JSON.stringify(encoded.map(([id, bytes]) => [id, bytes?.toString('base64')])),
    );
  };
  return { things, save };
}

process.on('SIGINT', () => undefined);
void serveProvider(exampleProvider(fileStore(process.env['EXAMPLE_STORE'] ?? '')), {
  environment: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
  name: 'example',
})
  .then((running) => running?.finished)
  .then(() => process.exit(0));
