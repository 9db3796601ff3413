/** As much of YAML as a workflow in the README needs: maps, lists, plain scalars, one-line lists. Refuses the rest. */
export type Yaml = string | Yaml[] | { [key: string]: Yaml }

interface Line {
  indent: number
  text: string
  number: number
}

export function parseYaml(source: string): Yaml {
  const lines = source.split('\n').flatMap((line, index): Line[] => {
    const text = line.replace(/(^|\s)#.*$/, '').trimEnd()
    if (text.includes('\t')) throw new Error(`line ${index + 1} has a tab`)
    return text === '' ? [] : [{ indent: text.search(/\S/), text: text.trim(), number: index + 1 }]
  })
  const value = block(lines, 0)
  if (lines[0] !== undefined) throw new Error(`line ${lines[0].number} is indented as nothing before it`)
  return value
}

/** Takes from `lines` what stands at `indent`. */
function block(lines: Line[], indent: number): Yaml {
  return lines[0]?.text.startsWith('- ') ? list(lines, indent) : map(lines, indent)
}

function list(lines: Line[], indent: number): Yaml[] {
  const items: Yaml[] = []
  while (lines[0]?.indent === indent && lines[0].text.startsWith('- ')) {
    // What follows the dash is a block of its own, two further in.
    lines[0] = { ...lines[0], indent: indent + 2, text: lines[0].text.slice(2) }
    items.push(map(lines, indent + 2))
  }
  return items
}

function map(lines: Line[], indent: number): Yaml {
  const found: { [key: string]: Yaml } = {}
  while (lines[0]?.indent === indent && !lines[0].text.startsWith('- ')) {
    const { text, number } = lines.shift()!
    const [, key, value] = /^([\w-]+):(?: (.+))?$/.exec(text) ?? []
    if (key === undefined) throw new Error(`line ${number} is no \`key: value\`: ${text}`)
    if (Object.hasOwn(found, key)) throw new Error(`line ${number} has "${key}" a second time`)
    if (value !== undefined) found[key] = scalar(value, number)
    else if (lines[0] !== undefined && lines[0].indent > indent) found[key] = block(lines, lines[0].indent)
    else throw new Error(`line ${number} has no value`)
  }
  return found
}

function scalar(text: string, number: number): Yaml {
  if (/^\[.*\]$/.test(text))
    return text
      .slice(1, -1)
      .split(',')
      .map((item) => item.trim())
  if (/^["'&*!|>{%@`]/.test(text) || /: | #/.test(text))
    throw new Error(`line ${number} needs more YAML than is known here: ${text}`)
  return text
}
