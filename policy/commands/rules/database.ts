import type { Argument } from '../argument';
import type { Invocation } from '../invocation';
import { optionSpec, parseArguments, type OptionSpec, type ParsedArguments } from '../options';
import type { CommandRule } from '../rule';
import { changesAllRows, dropsData } from './sql';

/** Database shells; the option that carries statements is named `sql`. */
const SHELLS: Readonly<Record<string, OptionSpec>> = {
  psql: optionSpec(
    'c|command|sql= d|dbname= f|file= h|host= p|port= U|username= v|set|variable= o|output= L= P= F= R= T= X|no-psqlrc q t A a b e E l w W 1',
  ),
  pgcli: optionSpec('h|host= p|port= u|U|user= d|dbname='),
  mysql: optionSpec(
    'e|execute|sql= D|database= h|host= P|port= u|user= p|password=? S|socket= N B s f t v delimiter= default-character-set= protocol= ssl-mode=',
  ),
  sqlite3: optionSpec(
    'cmd|sql= separator= nullvalue= newline= init= header noheader bail batch csv json line list readonly',
    'single-dash-long',
  ),
  sqlcmd: optionSpec('Q|q|sql= S= U= P= d= i= o= E'),
  clickhouse: optionSpec('q|query|sql= h|host= u|user= password= d|database= multiquery n'),
  'clickhouse-client': optionSpec(
    'q|query|sql= h|host= u|user= password= d|database= multiquery n',
  ),
  cqlsh: optionSpec('e|execute|sql= f|file= u= p= k='),
  snowsql: optionSpec('q|query|sql= f|filename= a= u= d= s= c='),
  duckdb: optionSpec('c|s|cmd|sql= init= readonly csv json', 'single-dash-long'),
  cockroach: optionSpec('e|execute|sql= url= host= u|user= d|database= insecure'),
  bq: optionSpec('use_legacy_sql=? project_id= nouse_legacy_sql'),
  trino: optionSpec('execute|sql= server= catalog= schema= f|file='),
  usql: optionSpec('c|command|sql= f|file='),
  isql: optionSpec('i= o= u= p='),
  sqlplus: optionSpec('s S'),
};
/** Shells that take statements as operands. */
const SQL_OPERANDS = new Set(['sqlite3', 'duckdb', 'bq', 'usql']);

function statements({ program, args, stdin }: Invocation): readonly string[] {
  const parsed: ParsedArguments = parseArguments(SHELLS[program] ?? optionSpec(''), args);
  const given = (parsed.options.get('sql') ?? []).map(({ text }) => text);
  const operands = SQL_OPERANDS.has(program) ? parsed.operands.map(({ text }) => text) : [];
  return [...given, ...operands, ...(stdin === undefined ? [] : [stdin])];
}

const drop: CommandRule = {
  id: 'database-drop',
  severity: 'critical',
  mode: 'enforce',
  reason: 'it drops or truncates database objects with the data in them',
  advice: 'write a migration for a person to review and run',
  programs: Object.keys(SHELLS),
  matches: (invocation) => statements(invocation).some(dropsData),
  match: [
    'psql -c "DROP TABLE users"',
    'mysql -e "truncate table logs" app',
    'sqlite3 app.db "drop table if exists t"',
    'echo "DROP DATABASE prod;" | psql',
    'psql <<EOF\nBEGIN;\nDROP SCHEMA public CASCADE;\nEOF',
    'psql --command="SELECT 1; /* x */ DROP TABLE a"',
  ],
  notMatch: [
    'psql -c "SELECT * FROM drop_log"',
    `psql -c "SELECT 'DROP TABLE users'"`,
    'psql -c "-- DROP TABLE x\nSELECT 1"',
    'sqlite3 app.db ".tables"',
    'echo "DROP TABLE users"',
  ],
};

const emptyTable: CommandRule = {
  id: 'database-change-all-rows',
  severity: 'high',
  mode: 'monitor',
  reason: 'it deletes or changes every row of a table, since no WHERE says which',
  advice: 'add a WHERE clause',
  programs: Object.keys(SHELLS),
  matches: (invocation) => statements(invocation).some(changesAllRows),
  match: ['psql -c "DELETE FROM users"', 'mysql -e "UPDATE users SET admin = 1"'],
  notMatch: ['psql -c "DELETE FROM users WHERE id = 1"', 'psql -c "SELECT 1"'],
};

/** Commands of key-value and document stores that empty them. */
const STORE_COMMAND =
  /\b(dropDatabase|dropUser|dropAllUsersFromDatabase|drop)\s*\(\s*\)|\bdeleteMany\s*\(\s*\{\s*\}\s*\)|\bremove\s*\(\s*\{\s*\}\s*\)/;

const REDIS = optionSpec('h= p= a= n= u= r= i= s= t= x user= pass= c', 'single-dash-long');

function flushes(args: readonly Argument[], stdin = ''): boolean {
  const [command] = parseArguments(REDIS, args).operands;
  return /^flush(all|db)$/i.test(command?.text ?? '') || /^\s*flush(all|db)\b/im.test(stdin);
}

const dropStore: CommandRule = {
  id: 'database-flush',
  severity: 'critical',
  mode: 'enforce',
  reason: 'it empties or drops a whole database',
  advice: 'delete single keys or documents',
  programs: ['redis-cli', 'mongosh', 'dropdb', 'dropuser', 'mysqladmin', 'etcdctl', 'influx'],
  matches: ({ program, args, stdin }) => {
    const words = args.map(({ text }) => text);
    const all = [...words, stdin ?? ''].join(' ');
    if (program === 'redis-cli') return flushes(args, stdin);
    if (program === 'mongosh') return STORE_COMMAND.test(all);
    if (program === 'mysqladmin') return words.includes('drop');
    if (program === 'etcdctl')
      return words.includes('del') && words.some((word) => /^--(prefix|from-key)$/.test(word));
    if (program === 'influx')
      return /\b(bucket|org)\s+delete\b|drop\s+(database|measurement)/i.test(all);
    return words.length > 0 && !words.includes('--help');
  },
  match: [
    'redis-cli FLUSHALL',
    'redis-cli -n 2 flushdb',
    'mongosh app --eval "db.dropDatabase()"',
    'dropdb app',
    'mysqladmin -f drop app',
    'etcdctl del "" --prefix',
  ],
  notMatch: [
    'redis-cli get flushall_count',
    'mongosh --eval "db.users.find()"',
    'mysqladmin status',
    'etcdctl get foo',
  ],
};

export const DATABASE_RULES: readonly CommandRule[] = [drop, dropStore, emptyTable];
