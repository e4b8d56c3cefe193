import { describe, expect, it } from 'vitest'
import { findLink, parseLaunchOptions } from './launch-options.ts'

describe('launch options', () => {
  it('reads the profile folder from the switch in both forms, then from the environment', () => {
    const env = { LANDLINE_PROFILE_DIR: '/from-env' }
    expect(parseLaunchOptions(['app', '--user-data-dir=/a b'], env).profileDir).toBe('/a b')
    expect(parseLaunchOptions(['app', '--user-data-dir', '/c'], {}).profileDir).toBe('/c')
    expect(parseLaunchOptions(['app', '--user-data-dir', '--smoke'], {}).profileDir).toBeNull()
    expect(parseLaunchOptions(['app'], env).profileDir).toBe('/from-env')
    expect(parseLaunchOptions(['app'], {}).profileDir).toBeNull()
  })

  it('asks before quitting unless a test, a smoke run or a demonstration says otherwise', () => {
    expect(parseLaunchOptions(['app'], {}).askBeforeQuit).toBe(true)
    expect(parseLaunchOptions(['app', '--quit-without-asking'], {}).askBeforeQuit).toBe(false)
    expect(parseLaunchOptions(['app', '--demo'], {}).askBeforeQuit).toBe(false)
    expect(parseLaunchOptions(['app', '--smoke'], {}).askBeforeQuit).toBe(false)
    const env = { LANDLINE_QUIT_WITHOUT_ASKING: '1' }
    expect(parseLaunchOptions(['app'], env).askBeforeQuit).toBe(false)
  })

  it('takes the port from the environment when it is one, and a free one for the demonstration', () => {
    expect(parseLaunchOptions([], {}).hostPort).toBe(47_800)
    expect(parseLaunchOptions([], { LANDLINE_HOST_PORT: '0' }).hostPort).toBe(0)
    expect(parseLaunchOptions([], { LANDLINE_HOST_PORT: '99999' }).hostPort).toBe(47_800)
    expect(parseLaunchOptions([], { LANDLINE_HOST_PORT: 'x' }).hostPort).toBe(47_800)
    expect(parseLaunchOptions(['--demo'], {}).hostPort).toBe(0)
  })

  it('finds a deep link among the arguments', () => {
    expect(findLink(['app', '.', 'landline://join?v=1'])).toBe('landline://join?v=1')
    expect(findLink(['app', 'https://example.org'])).toBeNull()
  })
})
