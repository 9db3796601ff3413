/** Whether two names mean the same model: case does not count, `x` is `x:latest`, and the default registry may be left out. */
export function sameName(a: string, b: string): boolean {
  return fullName(a) === fullName(b)
}

/** The same text for names that mean the same model. */
export function fullName(name: string): string {
  const short = name
    .trim()
    .toLowerCase()
    .replace(/^https?:\/\//, '')
    .replace(/^registry\.ollama\.ai\//, '')
    .replace(/^library\//, '')
  return short.slice(short.lastIndexOf('/') + 1).includes(':') ? short : `${short}:latest`
}
