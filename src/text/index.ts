/**
 * Text as people read it: numbers with their units, changes with their intervals, hostile text made harmless, columns
 * that line up. A leaf: every room that writes a sentence or a cell writes it with this one.
 */
export * from './numbers.ts'
export { align, columns } from './visible.ts'
export { code, escapeMarkdown, fence, Html, toHtml } from './escape.ts'
export { nearest, plain, resembles } from './nearest.ts'
export { brief, capitalized, clip, cutTexts, oneLine, visible } from './visible.ts'
