/** A value of the HCL expression language. */
export type HclValue =
  null | boolean | number | string | readonly HclValue[] | { readonly [key: string]: HclValue };

/** The part of HCL's expression language that the evaluator knows. */
export type Expression =
  | { readonly kind: 'literal'; readonly value: HclValue }
  | { readonly kind: 'template'; readonly parts: readonly Expression[] }
  | { readonly kind: 'reference'; readonly path: readonly string[] }
  | { readonly kind: 'attribute'; readonly of: Expression; readonly name: string }
  | { readonly kind: 'index'; readonly of: Expression; readonly key: Expression }
  | { readonly kind: 'splat'; readonly of: Expression; readonly names: readonly string[] }
  | {
      readonly kind: 'call';
      readonly name: string;
      readonly args: readonly Expression[];
      readonly spreadsLast: boolean;
    }
  | { readonly kind: 'unary'; readonly operator: '!' | '-'; readonly operand: Expression }
  | {
      readonly kind: 'binary';
      readonly operator: string;
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly kind: 'conditional';
      readonly test: Expression;
      readonly whenTrue: Expression;
      readonly whenFalse: Expression;
    }
  | { readonly kind: 'tuple'; readonly items: readonly Expression[] }
  | {
      readonly kind: 'object';
      readonly entries: readonly { readonly key: Expression; readonly value: Expression }[];
    }
  | ForExpression;

export interface ForExpression {
  readonly kind: 'for';
  readonly names: readonly string[];
  readonly over: Expression;
  /** Set in the object form. */
  readonly key?: Expression;
  readonly value: Expression;
  readonly onlyIf?: Expression;
}

/** An expression outside the known part, at an offset of its text. */
export class ExpressionFault extends Error {
  constructor(
    message: string,
    readonly offset: number,
  ) {
    super(message);
  }
}
