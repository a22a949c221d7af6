/** The close of `o`, where it has one. */
export const CLOSE = `(SELECT c.body FROM record c WHERE c.id = o.id AND c.chain = o.chain AND c.phase = 'close'
  ORDER BY c.entry LIMIT 1)`;

/**
 * The query for a page of things with how they ended, newest first, as every database of the ledger takes it. `page` selects
 * from `record o`. Looks for the close of the rows of the page only, not of all that were sorted for it.
 */
export const withCloses = (page: string): string =>
  `SELECT o.entry, o.chain, o.time_ms, o.body, ${CLOSE} AS close_body, chain.reporter
   FROM (${page}) o JOIN chain ON chain.key = o.chain ORDER BY o.time_ms DESC, o.entry DESC`;
