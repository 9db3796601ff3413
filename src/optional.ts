/** Leaving out what is not there: members of an object, items of a list. */

/** The members of `T`, those that may be undefined as optional ones. */
type Defined<T> = { [Name in keyof T as undefined extends T[Name] ? never : Name]: T[Name] } & {
  [Name in keyof T as undefined extends T[Name] ? Name : never]?: Exclude<T[Name], undefined>
}

/** The members that are not undefined, in their order. */
export function defined<T extends object>(members: T): Defined<T> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Defined<T>
}

/** Items in a row; a list gives its items, what is false or undefined gives none. */
export function present<T>(...items: (T | readonly T[] | false | undefined)[]): T[] {
  return items.flatMap((item) => (item === false || item === undefined ? [] : item))
}
