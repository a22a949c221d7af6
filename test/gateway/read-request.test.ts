import { namesModelTwice } from '../../gateway/read-request';

const MIB = 1024 * 1024;

describe('a model named twice is seen whatever the size of a string', () => {
  test.each([
    ['1 KiB', 1024],
    ['1 MiB', MIB],
    ['20 MiB', 20 * MIB],
  ])('%s', (_name, size) => {
    const plain = 'a'.repeat(size);
    const escaped = '\\"'.repeat(size / 2);
    for (const said of [plain, escaped]) {
      expect(namesModelTwice(`{"model":"m","x":"${said}","model":"n"}`)).toBe(true);
      expect(namesModelTwice(`{"model":"m","x":["${said}",{"model":"n"}]}`)).toBe(false);
    }
  });

  test('a string that never ends is answered too', () => {
    const text = `{"model":"m","model":"n","x":"${'a'.repeat(20 * MIB)}`;
    expect(namesModelTwice(text)).toBe(true);
  });
});
