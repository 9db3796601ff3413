/** Reading JSON that someone else wrote: every step names the path it took, so that a fault can be found in the file. */
import { importErrors } from './messages.ts'
import { isObject, objectOf } from '../json.ts'

/** A value of a file and where it stands. */
export class Field {
  readonly value: unknown
  readonly path: string

  constructor(value: unknown, path = '') {
    this.value = value
    this.path = path
  }

  /** The member `key`; its value is undefined where there is none. */
  at(key: string): Field {
    const path = this.path === '' ? key : `${this.path}.${key}`
    return new Field(objectOf(this.value)[key], path)
  }

  has(key: string): boolean {
    return isObject(this.value) && Object.hasOwn(this.value, key)
  }

  /** @throws ChimeraError `import_field` when it is not an object */
  object(): Readonly<Record<string, unknown>> {
    if (!isObject(this.value)) throw importErrors.field(this.path, 'an object', this.value)
    return this.value
  }

  /** @throws ChimeraError `import_field` when it is not a list */
  list(): Field[] {
    if (!Array.isArray(this.value)) throw importErrors.field(this.path, 'a list', this.value)
    return this.value.map((item, i) => new Field(item, `${this.path}[${i}]`))
  }

  /** @throws ChimeraError `import_field` when it is not a string */
  text(): string {
    if (typeof this.value !== 'string') throw importErrors.field(this.path, 'a string', this.value)
    return this.value
  }

  /** A finite number from 0. @throws ChimeraError `import_field` */
  amount(): number {
    const number = this.number()
    if (number < 0) throw importErrors.field(this.path, 'a number from 0', this.value)
    return number
  }

  /** @throws ChimeraError `import_field` when it is not a finite number */
  number(): number {
    if (typeof this.value !== 'number' || !Number.isFinite(this.value)) {
      throw importErrors.field(this.path, 'a number', this.value)
    }
    return this.value
  }

  /** A point in time, in ISO format. @throws ChimeraError `import_field` */
  time(): string {
    const time = new Date(this.text())
    if (Number.isNaN(time.getTime())) throw importErrors.field(this.path, 'a date and time', this.value)
    return time.toISOString()
  }
}
