import {startConsole} from './app.js';

void startConsole();
