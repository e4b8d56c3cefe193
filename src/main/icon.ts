/// <reference types="electron-vite/node" />
import icon from './assets/icon-64.png?asset'

/** Path of the app's picture, for the tray and for window lists that want one. The build puts it beside the code. */
export const iconPath: string = icon
