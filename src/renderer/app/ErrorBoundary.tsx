import { Component } from 'react'
import type { ReactNode } from 'react'
import { Button } from '../parts/Button.tsx'
import { words } from '../words.ts'

interface ErrorBoundaryState {
  readonly failure: string | null
}

/** A bug in drawing must not leave an empty window: what was written is safe in the main process. */
export class ErrorBoundary extends Component<{ readonly children: ReactNode }, ErrorBoundaryState> {
  override state: ErrorBoundaryState = { failure: null }

  static getDerivedStateFromError(error: unknown): ErrorBoundaryState {
    return { failure: error instanceof Error ? error.message : String(error) }
  }

  override render(): ReactNode {
    if (this.state.failure === null) return this.props.children
    return (
      <main className="empty" role="alert">
        <h2>{words.crash.title}</h2>
        <p>{words.crash.text}</p>
        <p>
          <code>{this.state.failure}</code>
        </p>
        <Button look="primary" onClick={() => window.location.reload()}>
          {words.crash.reload}
        </Button>
      </main>
    )
  }
}
