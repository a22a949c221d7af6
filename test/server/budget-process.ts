/** Spends from one account with others at the same time: argv is file, account, limit, attempts. Prints what it booked. */
import { BudgetStore } from '../../server/budget-store';

const [path = '', account = '', limit = '0', attempts = '0'] = process.argv.slice(2);
const store = new BudgetStore({ path });
let booked = 0;
for (let i = 0; i < Number(attempts); i += 1) {
  const charge = { account, limitMicroUsd: Number(limit), onExceed: 'block' as const };
  const held = store.reserve([charge], 70);
  if (held.kind !== 'reserved') continue;
  const cost = 10 + (i % 60);
  store.settle(held, cost);
  booked += cost;
}
store.close();
process.stdout.write(`${booked}\n`);
