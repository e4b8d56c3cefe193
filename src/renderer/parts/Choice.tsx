import { useId } from 'react'

interface ChoiceProps<Value> {
  readonly label: string
  readonly value: Value
  readonly options: readonly { readonly value: Value; readonly words: string }[]
  readonly onChange: (value: Value) => void
}

/** One of a few, as the system's own list: it works with every keyboard and screen reader. */
export function Choice<Value>({ label, value, options, onChange }: ChoiceProps<Value>) {
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        className="input"
        value={options.findIndex((option) => option.value === value)}
        onChange={(event) => {
          const chosen = options[Number(event.target.value)]
          if (chosen !== undefined) onChange(chosen.value)
        }}
      >
        {options.map((option, index) => (
          <option key={option.words} value={index}>
            {option.words}
          </option>
        ))}
      </select>
    </div>
  )
}
