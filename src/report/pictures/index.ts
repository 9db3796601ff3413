/** Pictures as inline SVG: no script, no reference, no inline style; every one with its caption and its words. */
import type { Html } from '../../text/index.ts'
import { bridge } from './bridge.ts'
import { funnel } from './funnel.ts'
import { gapCurves } from './gaps.ts'
import { heatMap } from './heat.ts'
import type { Picture } from './picture.ts'
import { strip } from './strip.ts'
import { waterfall } from './waterfall.ts'

/** Nothing where a picture has nothing to show. */
export function draw(picture: Picture): Html | undefined {
  switch (picture.kind) {
    case 'funnel':
      return funnel(picture)
    case 'strip':
      return strip(picture)
    case 'gaps':
      return gapCurves(picture)
    case 'bridge':
      return bridge(picture)
    case 'heat':
      return heatMap(picture)
    default:
      return waterfall(picture)
  }
}
