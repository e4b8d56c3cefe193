export const doctorWords = {
  title: 'Doctor',
  intro: 'What keeps people from finding and reaching each other, and what to do about it.',
  target: 'Also try to reach a host',
  targetHint: 'An address such as 192.168.1.20:47800, or an invite link',
  check: 'Check',
  running: (done: number, all: number): string => `Checking: ${done} of ${all} done`,
  starting: 'Checking…',
  passed: 'Everything that was checked is all right.',
  found: (failed: number, warnings: number): string =>
    [
      ...(failed === 0 ? [] : [failed === 1 ? '1 check failed' : `${failed} checks failed`]),
      ...(warnings === 0 ? [] : [warnings === 1 ? '1 warning' : `${warnings} warnings`]),
    ].join(', '),
  showFirst: 'Show the first',
  states: {
    ok: 'Passed',
    warning: 'Warning',
    failed: 'Failed',
    skipped: 'Skipped',
    running: 'Checking',
  },
  fix: 'What to do:',
  again: 'Run again',
  copy: 'Copy report',
  copied: 'Copied',
  copyHint: 'The report holds no messages, keys or secrets.',
} as const
