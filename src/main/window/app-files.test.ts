import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { CONTENT_SECURITY_POLICY, resolveAppFile, responseHeaders } from './app-files.ts'

const root = resolve('/opt/landline/renderer')
const get = (url: string) => resolveAppFile(root, url, 'GET')

describe('files of the app scheme', () => {
  it('serves files of the renderer folder with their type', () => {
    expect(get('landline-app://app/index.html')).toEqual({
      kind: 'file',
      path: join(root, 'index.html'),
      mimeType: 'text/html; charset=utf-8',
    })
    expect(get('landline-app://app/')).toMatchObject({ path: join(root, 'index.html') })
    expect(get('landline-app://app/assets/index-1.js?x#y')).toMatchObject({
      path: join(root, 'assets', 'index-1.js'),
      mimeType: 'text/javascript; charset=utf-8',
    })
    expect(get('landline-app://app/assets/inter.woff2')).toMatchObject({ mimeType: 'font/woff2' })
  })

  it.each([
    'landline-app://app/%2e%2e%2fprofile.json',
    'landline-app://app/assets/%2e%2e%2f%2e%2e%2fetc/passwd.html',
    'landline-app://app/..%5c..%5csecret.html',
    'landline-app://app/%00index.html',
    'landline-app://app/c:/windows/system.html',
    'landline-app://app/%E0%A4%A',
    'not a url',
  ])('refuses to leave the folder: %s', (url) => {
    expect(get(url).kind).toBe('refused')
  })

  it('keeps plain dots inside the folder, as URLs do', () => {
    for (const dots of ['../..', '%2e%2e/%2E%2E', 'assets/../..']) {
      expect(get(`landline-app://app/${dots}/index.html`)).toMatchObject({
        path: join(root, 'index.html'),
      })
    }
  })

  it('refuses other hosts, other methods and types it does not know', () => {
    expect(get('landline-app://other/index.html')).toEqual({ kind: 'refused', status: 404 })
    expect(get('file:///index.html')).toEqual({ kind: 'refused', status: 404 })
    expect(get('landline-app://app/index.js.map')).toEqual({ kind: 'refused', status: 404 })
    expect(resolveAppFile(root, 'landline-app://app/index.html', 'POST')).toEqual({
      kind: 'refused',
      status: 405,
    })
  })

  it('forbids inline scripts, eval and everything from elsewhere', () => {
    expect(CONTENT_SECURITY_POLICY).not.toMatch(/unsafe|\*|https?:/)
    expect(responseHeaders('text/html')).toMatchObject({
      'Content-Security-Policy': CONTENT_SECURITY_POLICY,
      'X-Content-Type-Options': 'nosniff',
    })
  })
})
