/** The mark: a thread of copper between two points. Decoration beside the name. */
export function Mark({ size }: { readonly size: number }) {
  return (
    <svg
      className="mark"
      width={`${size}rem`}
      height={`${size}rem`}
      viewBox="0 0 56 56"
      aria-hidden="true"
      focusable="false"
    >
      <rect width="56" height="56" rx="14" fill="var(--color-mark)" />
      <path
        d="M12 36 C18 34 17 20 24 20 C32 20 30 36 37 36 C42 36 40 27 44 25"
        fill="none"
        stroke="var(--color-on-mark)"
        strokeWidth="4"
        strokeLinecap="round"
      />
      <circle cx="12" cy="36" r="4.2" fill="var(--color-on-mark)" />
      <circle cx="44" cy="25" r="4.2" fill="var(--color-on-mark)" />
    </svg>
  )
}
