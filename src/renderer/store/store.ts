import { createStore } from 'zustand/vanilla'
import type { StoreApi } from 'zustand/vanilla'
import { initialState } from './state.ts'
import type { AppState } from './state.ts'

export type AppStore = StoreApi<AppState>

export function createAppStore(from: Partial<AppState> = {}): AppStore {
  return createStore<AppState>(() => ({ ...initialState, ...from }))
}
