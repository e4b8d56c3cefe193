/**
 * Who may use a camera: a window that is scanning an invite, for video, until it says that it is done. Everything
 * else that a page may ask for stays refused.
 */
export interface CameraGate {
  set(contentsId: number, active: boolean): void
  /** As the browser's permission handlers ask. */
  allows(request: CameraRequest): boolean
}

export interface CameraRequest {
  readonly contentsId: number | undefined
  readonly permission: string
  /** Of `getUserMedia`; a check without any is about all of them. */
  readonly mediaTypes: readonly string[]
  readonly isMainFrame: boolean
}

export function createCameraGate(): CameraGate {
  const scanning = new Set<number>()
  return {
    set(contentsId, active) {
      if (active) scanning.add(contentsId)
      else scanning.delete(contentsId)
    },
    allows: ({ contentsId, permission, mediaTypes, isMainFrame }) =>
      permission === 'media' &&
      isMainFrame &&
      contentsId !== undefined &&
      scanning.has(contentsId) &&
      mediaTypes.length > 0 &&
      mediaTypes.every((type) => type === 'video'),
  }
}
