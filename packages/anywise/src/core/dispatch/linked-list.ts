/** A member of a list, which carries its own place in it. */
export interface Linked<T> {
  before: T | undefined;
  after: T | undefined;
}

/**
 * A list linked through its members. A `Set` would hash each of them, and grow and shrink with each: for a message in a fresh
 * scope that costs as much as all the rest.
 */
export class LinkedList<T extends Linked<T>> {
  #first: T | undefined;

  get isEmpty(): boolean {
    return this.#first === undefined;
  }

  add(member: T): void {
    member.after = this.#first;
    if (this.#first !== undefined) this.#first.before = member;
    this.#first = member;
  }

  delete(member: T): void {
    const { before, after } = member;
    if (before === undefined) this.#first = after;
    else before.after = after;
    if (after !== undefined) after.before = before;
    member.before = member.after = undefined;
  }

  *[Symbol.iterator](): Iterator<T> {
    for (let member = this.#first; member !== undefined; member = member.after) yield member;
  }
}
