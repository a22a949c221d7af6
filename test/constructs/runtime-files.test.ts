import { readFileSync, writeFileSync } from 'node:fs';
import { brotliCompressSync } from 'node:zlib';
import { packRuntime } from '../../constructs/runtime/pack';
import { builtRuntimeFiles, loadRuntimeFiles } from '../../constructs/runtime/runtime-files';
import { fakeRuntime, scratch } from './scratch';

test('a compressed copy beside the runtime is used when it is of that runtime', () => {
  using folder = scratch();
  const files = fakeRuntime(folder.path, 'console.log(1);'.repeat(50));
  const compressed = brotliCompressSync(readFileSync(files.runtimePath));
  writeFileSync(`${files.runtimePath}.br`, compressed);
  const [runtime] = loadRuntimeFiles(files, ['amd64']);
  expect(runtime?.compressed?.equals(compressed)).toBe(true);
  expect(packRuntime(runtime ? [runtime] : []).files[0]?.packedBytes).toBe(compressed.length);

  writeFileSync(files.runtimePath, 'console.log(2);');
  expect(loadRuntimeFiles(files, ['amd64'])[0]?.compressed).toBeUndefined();
  writeFileSync(`${files.runtimePath}.br`, 'cut');
  expect(loadRuntimeFiles(files, ['amd64'])[0]?.compressed).toBeUndefined();
});

test('only the helpers asked for are packed, by Node’s names', () => {
  using folder = scratch();
  const names = loadRuntimeFiles(fakeRuntime(folder.path), ['arm64']).map(({ name, arch }) => [
    name,
    arch,
  ]);
  expect(names).toEqual([
    ['aigov.cjs', undefined],
    ['aigov-jail', 'arm64'],
  ]);
});

test('the helpers of this package are where templates take them from', () => {
  const { helperPaths } = builtRuntimeFiles();
  for (const path of Object.values(helperPaths)) {
    expect(readFileSync(path).subarray(0, 4).toString('latin1')).toBe('\x7fELF');
  }
});
