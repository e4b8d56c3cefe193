import { expect, it } from 'vitest'
import { sideBySide } from './side-by-side.ts'

it('shows two windows beside each other where the screen has room', () => {
  const { left, right } = sideBySide({ x: 0, y: 25, width: 1920, height: 1055 })
  expect(left).toMatchObject({ x: 0, width: 960, height: 860 })
  expect(right).toMatchObject({ x: 960, width: 960 })
})

it('keeps them moderate in the middle of a huge screen', () => {
  const { left, right } = sideBySide({ x: 100, y: 0, width: 3840, height: 2160 })
  expect(left).toEqual({ x: 740, y: 650, width: 1280, height: 860, maximized: false })
  expect(right.x).toBe(2020)
})

it('lets them overlap on a small screen rather than hide their panes', () => {
  const { left, right } = sideBySide({ x: 0, y: 0, width: 1280, height: 720 })
  expect(left).toEqual({ x: 0, y: 0, width: 760, height: 720, maximized: false })
  expect(right.x).toBe(520)
  expect(sideBySide({ x: 0, y: 0, width: 600, height: 500 }).right).toMatchObject({
    x: 0,
    width: 600,
  })
})
