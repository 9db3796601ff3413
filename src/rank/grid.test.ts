import { expect, test } from 'vitest'
import { axesOf, pointArm, pointName, pointsOf } from './grid.ts'

const baseline = { name: 'baseline', model: 'tiny', options: { top_k: 5, num_ctx: 4096 } }

test('the older grid is eighteen points, the last axis running fastest', () => {
  const axes = axesOf({ num_gpu: [60, 80, 120], num_ctx: [256, 512, 1024], temperature: [0.6, 0.8] })
  const points = pointsOf(axes)
  expect(points).toHaveLength(18)
  expect(points.slice(0, 3).map(pointName)).toEqual([
    'num_gpu=60 num_ctx=256 temperature=0.6',
    'num_gpu=60 num_ctx=256 temperature=0.8',
    'num_gpu=60 num_ctx=512 temperature=0.6',
  ])
  expect(new Set(points.map(pointName)).size).toBe(18)
  expect(pointsOf([])).toEqual([])
})

test('a point is the baseline with its settings in place', () => {
  expect(pointArm(baseline, { num_ctx: 8192, temperature: 0.6 })).toEqual({
    name: 'num_ctx=8192 temperature=0.6',
    model: 'tiny',
    options: { top_k: 5, num_ctx: 8192, temperature: 0.6 },
  })
  expect(baseline.options).toEqual({ top_k: 5, num_ctx: 4096 })
})

test('an axis may be the option of one agent of a team', () => {
  const team = { ...baseline, agents: { insight: { model: 'other', options: { top_k: 9 } } } }
  const arm = pointArm(team, { 'insight.num_ctx': 512, 'collector.num_ctx': 1024 })
  expect(arm.name).toBe('insight.num_ctx=512 collector.num_ctx=1024')
  expect(arm.agents).toEqual({
    insight: { model: 'other', options: { top_k: 9, num_ctx: 512 } },
    collector: { options: { num_ctx: 1024 } },
  })
  expect(arm.options).toEqual(baseline.options)
})
