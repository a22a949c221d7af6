/** A server-sent event in bytes. Without a name for the protocols that do not name theirs. */
export function renderEvent(name: string | undefined, data: object): Buffer {
  const head = name === undefined ? '' : `event: ${name}\n`;
  return Buffer.from(`${head}data: ${JSON.stringify(data)}\n\n`);
}
