/** Every installation of the sweep. */
import {languages} from './languages.js';
import {own} from './own.js';
import {toolchains} from './toolchains.js';
import type {World} from './world.js';

export const worlds: readonly World[] = [...languages, ...toolchains, ...own];
