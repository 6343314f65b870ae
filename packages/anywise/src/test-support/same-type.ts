type IsAny<T> = 0 extends 1 & T ? true : false;

/** Whether two types are the same: neither wider, nor `any`. For type tests. */
export type Same<A, B> = [A, B, IsAny<A>] extends [B, A, IsAny<B>] ? true : false;

/** Compiles only for `true`. */
export type Assert<Condition extends true> = Condition;
