/** Inputs that something fell over once; each stays, named for what was wrong. */
export const regressions: readonly {
  readonly parser: string
  readonly wrong: string
  readonly input: string | Uint8Array
}[] = [
  {
    parser: 'invite',
    wrong: 'half a surrogate pair in the secret was taken, and no link could be made of it again',
    input:
      'landline://join?v=1&s=0190a000-0000-7000-8000-000000000001&n=Ward%203&a=10.0.0.1:47800&k=sss\ud800sss',
  },
]
