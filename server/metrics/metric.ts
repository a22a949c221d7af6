/** Label names in the order they are printed. */
type Labels = Readonly<Record<string, string>>;

/** Series of one metric with labels a stranger can choose; beyond it those labels become `other`. */
export const MAX_SERIES = 1000;
/** Longest label value taken. */
const MAX_VALUE_LENGTH = 128;

export interface MetricOptions {
  readonly name: string;
  readonly help: string;
  /** Labels whose values come from outside, such as model names. @default none */
  readonly open?: readonly string[];
}

/** Values by their labels. INVARIANT: what a stranger sends cannot make them more than `MAX_SERIES` and the closed ones. */
class Series<T> {
  readonly #open: ReadonlySet<string>;
  readonly #create: () => T;
  readonly values = new Map<string, T>();

  constructor({ open = [] }: MetricOptions, create: () => T) {
    this.#open = new Set(open);
    this.#create = create;
  }

  at(labels: Labels): T {
    const key = renderLabels(labels);
    const known = this.values.get(key);
    if (known !== undefined) return known;
    if (this.values.size < MAX_SERIES || this.#open.size === 0) return this.#add(key);
    const closed = Object.entries(labels).map(([name, value]) => [
      name,
      this.#open.has(name) ? 'other' : value,
    ]);
    const closedKey = renderLabels(Object.fromEntries(closed) as Labels);
    return this.values.get(closedKey) ?? this.#add(closedKey);
  }

  #add(key: string): T {
    const value = this.#create();
    this.values.set(key, value);
    return value;
  }
}

export interface Metric {
  /** In Prometheus' text format 0.0.4, with its `HELP` and `TYPE`. */
  render(): string;
}

/** Counts up, or up and down as a gauge. */
export class NumberMetric implements Metric {
  readonly #options: MetricOptions;
  readonly #type: 'counter' | 'gauge';
  readonly #series: Series<{ value: number }>;

  constructor(type: 'counter' | 'gauge', options: MetricOptions) {
    this.#type = type;
    this.#options = options;
    this.#series = new Series(options, () => ({ value: 0 }));
  }

  add(labels: Labels, by = 1): void {
    this.#series.at(labels).value += by;
  }

  set(labels: Labels, to: number): void {
    this.#series.at(labels).value = to;
  }

  clear(): void {
    this.#series.values.clear();
  }

  render(): string {
    const { name } = this.#options;
    const lines = [...this.#series.values].map(
      ([key, { value }]) => `${name}${braced(key)} ${value}`,
    );
    return [...head(this.#options, this.#type), ...lines].join('\n');
  }
}

interface Buckets {
  readonly counts: number[];
  sum: number;
  count: number;
}

/** How values are spread over upper bounds. */
export class Histogram implements Metric {
  readonly #options: MetricOptions;
  readonly #bounds: readonly number[];
  readonly #series: Series<Buckets>;

  constructor(bounds: readonly number[], options: MetricOptions) {
    this.#options = options;
    this.#bounds = bounds;
    this.#series = new Series(options, () => ({ counts: bounds.map(() => 0), sum: 0, count: 0 }));
  }

  observe(labels: Labels, value: number): void {
    const buckets = this.#series.at(labels);
    buckets.sum += value;
    buckets.count += 1;
    const at = this.#bounds.findIndex((bound) => value <= bound);
    if (at !== -1) buckets.counts[at] = (buckets.counts[at] ?? 0) + 1;
  }

  render(): string {
    const lines = [...this.#series.values].flatMap(([key, buckets]) => this.#lines(key, buckets));
    return [...head(this.#options, 'histogram'), ...lines].join('\n');
  }

  #lines(key: string, { counts, sum, count }: Buckets): readonly string[] {
    const { name } = this.#options;
    const bucket = (bound: string, total: number) =>
      `${name}_bucket${braced([key, `le="${bound}"`].filter((part) => part !== '').join(','))} ${total}`;
    let total = 0;
    const buckets = this.#bounds.map((bound, i) => {
      total += counts[i] ?? 0;
      return bucket(String(bound), total);
    });
    return [
      ...buckets,
      bucket('+Inf', count),
      `${name}_sum${braced(key)} ${sum}`,
      `${name}_count${braced(key)} ${count}`,
    ];
  }
}

function head({ name, help }: MetricOptions, type: string): readonly string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
}

function braced(key: string): string {
  return key === '' ? '' : `{${key}}`;
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n' };

function renderLabels(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => {
      const text = value.slice(0, MAX_VALUE_LENGTH).toWellFormed();
      return `${name}="${text.replaceAll(/[\\"\n]/g, (char) => ESCAPES[char] ?? char)}"`;
    })
    .join(',');
}
