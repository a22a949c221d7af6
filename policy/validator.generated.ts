// Generated from policy/schema/document-schema.ts by policy/schema/generate.ts; do not edit.
// @ts-nocheck
"use strict";
export const validate = validate20;

const schema31 = {"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","properties":{"apiVersion":{"type":"string","const":"aigov/v1"},"name":{"type":"string","minLength":1,"maxLength":1000},"description":{"type":"string","maxLength":4096},"include":{"maxItems":100000,"type":"array","items":{"type":"string","minLength":1,"maxLength":4096}},"network":{"type":"object","properties":{"compat":{"type":"string","enum":["strict","boundary"]},"allow":{"maxItems":100000,"type":"array","items":{"type":"string","maxLength":4096}},"deny":{"maxItems":100000,"type":"array","items":{"type":"string","maxLength":4096}},"ceiling":{"maxItems":100000,"type":"array","items":{"type":"string","maxLength":4096}},"tcp":{"maxItems":100000,"type":"array","items":{"type":"string","minLength":1,"maxLength":4096}},"tls":{"type":"object","properties":{"passthrough":{"maxItems":100000,"type":"array","items":{"type":"string","minLength":1,"maxLength":4096}}},"additionalProperties":false},"privateAddresses":{"maxItems":100000,"type":"array","items":{"type":"string","minLength":1,"maxLength":4096}},"ports":{"maxItems":100000,"type":"array","items":{"type":"object","properties":{"domain":{"type":"string","minLength":1,"maxLength":4096},"allow":{"maxItems":1000,"type":"array","items":{"anyOf":[{"type":"integer","minimum":1,"maximum":65535},{"type":"string","pattern":"^\\d{1,5}(-\\d{1,5})?$"}]}}},"required":["domain","allow"],"additionalProperties":false}},"boundary":{"type":"object","properties":{"log_level":{"type":"string","maxLength":4096},"log_dir":{"type":"string","maxLength":4096},"proxy_port":{"type":"integer","minimum":1,"maximum":65535},"pprof_enabled":{"type":"boolean"},"pprof_port":{"type":"integer","minimum":1,"maximum":65535},"jail_type":{"type":"string","maxLength":4096},"use_real_dns":{"type":"boolean"},"no_user_namespace":{"type":"boolean"},"disable_audit_logs":{"type":"boolean"},"session_correlation_enabled":{"type":"boolean"},"session_id_inject_targets":{"maxItems":100000,"type":"array","items":{"type":"string","maxLength":4096}}},"additionalProperties":false}},"additionalProperties":false},"commands":{"type":"object","properties":{"deny":{"maxItems":10000,"type":"array","items":{"type":"object","properties":{"id":{"type":"string","pattern":"^[a-z0-9][a-z0-9-]{0,63}$"},"argv":{"minItems":1,"maxItems":256,"type":"array","items":{"type":"string","maxLength":4096}},"reason":{"type":"string","minLength":1,"maxLength":4096},"match":{"maxItems":1000,"type":"array","items":{"anyOf":[{"type":"string","maxLength":4096},{"minItems":1,"maxItems":256,"type":"array","items":{"type":"string","maxLength":4096}}]}},"notMatch":{"maxItems":1000,"type":"array","items":{"anyOf":[{"type":"string","maxLength":4096},{"minItems":1,"maxItems":256,"type":"array","items":{"type":"string","maxLength":4096}}]}}},"required":["id","argv"],"additionalProperties":false}},"disable":{"maxItems":100000,"type":"array","items":{"type":"string","minLength":1,"maxLength":4096}},"mode":{"type":"object","propertyNames":{"type":"string","minLength":1,"maxLength":4096,"pattern":"^(?!__proto__$)"},"additionalProperties":{"type":"string","enum":["enforce","monitor","off"]}}},"additionalProperties":false},"files":{"type":"object","properties":{"writable":{"maxItems":100000,"type":"array","items":{"type":"string","minLength":1,"maxLength":4096}},"readOnly":{"maxItems":100000,"type":"array","items":{"type":"string","minLength":1,"maxLength":4096}},"hidden":{"maxItems":100000,"type":"array","items":{"type":"string","minLength":1,"maxLength":4096}}},"additionalProperties":false},"models":{"type":"object","properties":{"allow":{"maxItems":100000,"type":"array","items":{"type":"string","minLength":1,"maxLength":4096}},"deny":{"maxItems":100000,"type":"array","items":{"type":"string","minLength":1,"maxLength":4096}},"ceiling":{"maxItems":100000,"type":"array","items":{"type":"string","minLength":1,"maxLength":4096}},"maxOutputTokens":{"type":"integer","minimum":1,"maximum":9007199254740991}},"additionalProperties":false},"tools":{"type":"object","properties":{"deny":{"maxItems":100000,"type":"array","items":{"type":"string","minLength":1,"maxLength":4096}},"shell":{"type":"string","enum":["guard","ignore"]}},"additionalProperties":false},"mcpServers":{"type":"object","properties":{"allow":{"maxItems":100000,"type":"array","items":{"type":"string","minLength":1,"maxLength":4096}},"deny":{"maxItems":100000,"type":"array","items":{"type":"string","minLength":1,"maxLength":4096}},"ceiling":{"maxItems":100000,"type":"array","items":{"type":"string","minLength":1,"maxLength":4096}},"tools":{"type":"object","propertyNames":{"type":"string","minLength":1,"maxLength":4096,"pattern":"^(?!__proto__$)"},"additionalProperties":{"type":"object","properties":{"allow":{"maxItems":100000,"type":"array","items":{"type":"string","minLength":1,"maxLength":4096}},"deny":{"maxItems":100000,"type":"array","items":{"type":"string","minLength":1,"maxLength":4096}}},"additionalProperties":false}}},"additionalProperties":false},"budgets":{"maxItems":1000,"type":"array","items":{"type":"object","properties":{"scope":{"type":"string","enum":["user","group","organization","template","workspace","task","provider","model","token"]},"period":{"type":"string","enum":["day","week","month","total"]},"limitUsd":{"type":"number","minimum":0},"onExceed":{"type":"string","enum":["block","warn"]}},"required":["scope","limitUsd"],"additionalProperties":false}},"rateLimits":{"maxItems":1000,"type":"array","items":{"type":"object","properties":{"scope":{"type":"string","enum":["user","group","organization","template","workspace","task","provider","model","token"]},"requestsPerMinute":{"type":"integer","minimum":0,"maximum":9007199254740991},"tokensPerMinute":{"type":"integer","minimum":0,"maximum":9007199254740991},"concurrent":{"type":"integer","minimum":0,"maximum":9007199254740991}},"required":["scope"],"additionalProperties":false}},"content":{"type":"object","properties":{"prompts":{"type":"string","enum":["store","hash","off"]},"systemPrompt":{"type":"string","enum":["store","hash","off"]},"outputs":{"type":"string","enum":["store","hash","off"]},"toolArguments":{"type":"string","enum":["store","hash","off"]},"toolResults":{"type":"string","enum":["store","hash","off"]},"reasoning":{"type":"string","enum":["store","hash","off"]},"redact":{"maxItems":100,"type":"array","items":{"type":"string","enum":["secrets","email","phone","creditCard","iban","ipAddress"]}},"outbound":{"type":"object","properties":{"find":{"type":"object","properties":{"secrets":{"type":"string","enum":["record","mask","block"]},"email":{"type":"string","enum":["record","mask","block"]},"phone":{"type":"string","enum":["record","mask","block"]},"creditCard":{"type":"string","enum":["record","mask","block"]},"iban":{"type":"string","enum":["record","mask","block"]},"ipAddress":{"type":"string","enum":["record","mask","block"]}},"additionalProperties":false},"patterns":{"maxItems":1000,"type":"array","items":{"type":"object","properties":{"id":{"type":"string","minLength":1,"maxLength":4096,"pattern":"^[\\w-]{1,64}$"},"pattern":{"type":"string","minLength":1,"maxLength":4096},"action":{"type":"string","enum":["record","mask","block"]}},"required":["id","pattern","action"],"additionalProperties":false}}},"additionalProperties":false}},"additionalProperties":false},"retention":{"type":"object","properties":{"interceptions":{"type":"string","pattern":"^[1-9]\\d{0,5}[hdw]$"},"content":{"type":"string","pattern":"^[1-9]\\d{0,5}[hdw]$"},"egress":{"type":"string","pattern":"^[1-9]\\d{0,5}[hdw]$"},"commands":{"type":"string","pattern":"^[1-9]\\d{0,5}[hdw]$"},"files":{"type":"string","pattern":"^[1-9]\\d{0,5}[hdw]$"},"mcpCalls":{"type":"string","pattern":"^[1-9]\\d{0,5}[hdw]$"}},"additionalProperties":false},"audit":{"type":"object","properties":{"onFailure":{"type":"string","enum":["block","allow"]}},"additionalProperties":false},"firewall":{"type":"object","properties":{"minimumLevel":{"type":"string","enum":["A+","A","B","A-","B-","C","D"]},"mode":{"type":"string","enum":["enforce","monitor"]},"maxExceptionMinutes":{"type":"integer","minimum":0,"maximum":1440}},"additionalProperties":false},"selectors":{"type":"object","properties":{"match":{"type":"object","properties":{"templates":{"maxItems":100000,"type":"array","items":{"type":"string","minLength":1,"maxLength":4096}},"groups":{"maxItems":100000,"type":"array","items":{"type":"string","minLength":1,"maxLength":4096}},"users":{"maxItems":100000,"type":"array","items":{"type":"string","minLength":1,"maxLength":4096}},"organizations":{"maxItems":100000,"type":"array","items":{"type":"string","minLength":1,"maxLength":4096}},"tasks":{"maxItems":100000,"type":"array","items":{"type":"string","minLength":1,"maxLength":4096}}},"additionalProperties":false}},"required":["match"],"additionalProperties":false}},"required":["apiVersion","name"],"additionalProperties":false,"title":"aigov policy"};
const func1 = Object.prototype.hasOwnProperty;
const func2 = (text) => { let length = 0; for (const _ of text) length++; return length; };
const pattern4 = new RegExp("^\\d{1,5}(-\\d{1,5})?$", "u");
const pattern5 = new RegExp("^[a-z0-9][a-z0-9-]{0,63}$", "u");
const pattern6 = new RegExp("^(?!__proto__$)", "u");
const pattern8 = new RegExp("^[\\w-]{1,64}$", "u");
const pattern9 = new RegExp("^[1-9]\\d{0,5}[hdw]$", "u");

function validate20(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
let vErrors = null;
let errors = 0;
const evaluated0 = validate20.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.apiVersion === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "apiVersion"},message:"must have required property '"+"apiVersion"+"'"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.name === undefined){
const err1 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "name"},message:"must have required property '"+"name"+"'"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
for(const key0 in data){
if(!(func1.call(schema31.properties, key0))){
const err2 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
if(data.apiVersion !== undefined){
let data0 = data.apiVersion;
if(typeof data0 !== "string"){
const err3 = {instancePath:instancePath+"/apiVersion",schemaPath:"#/properties/apiVersion/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
if("aigov/v1" !== data0){
const err4 = {instancePath:instancePath+"/apiVersion",schemaPath:"#/properties/apiVersion/const",keyword:"const",params:{allowedValue: "aigov/v1"},message:"must be equal to constant"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.name !== undefined){
let data1 = data.name;
if(typeof data1 === "string"){
if(func2(data1) > 1000){
const err5 = {instancePath:instancePath+"/name",schemaPath:"#/properties/name/maxLength",keyword:"maxLength",params:{limit: 1000},message:"must NOT have more than 1000 characters"};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
if(func2(data1) < 1){
const err6 = {instancePath:instancePath+"/name",schemaPath:"#/properties/name/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
else {
const err7 = {instancePath:instancePath+"/name",schemaPath:"#/properties/name/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
if(data.description !== undefined){
let data2 = data.description;
if(typeof data2 === "string"){
if(func2(data2) > 4096){
const err8 = {instancePath:instancePath+"/description",schemaPath:"#/properties/description/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters"};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
else {
const err9 = {instancePath:instancePath+"/description",schemaPath:"#/properties/description/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
if(data.include !== undefined){
let data3 = data.include;
if(Array.isArray(data3)){
if(data3.length > 100000){
const err10 = {instancePath:instancePath+"/include",schemaPath:"#/properties/include/maxItems",keyword:"maxItems",params:{limit: 100000},message:"must NOT have more than 100000 items"};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
const len0 = data3.length;
for(let i0=0; i0<len0; i0++){
let data4 = data3[i0];
if(typeof data4 === "string"){
if(func2(data4) > 4096){
const err11 = {instancePath:instancePath+"/include/" + i0,schemaPath:"#/properties/include/items/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters"};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
if(func2(data4) < 1){
const err12 = {instancePath:instancePath+"/include/" + i0,schemaPath:"#/properties/include/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
else {
const err13 = {instancePath:instancePath+"/include/" + i0,schemaPath:"#/properties/include/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
}
else {
const err14 = {instancePath:instancePath+"/include",schemaPath:"#/properties/include/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
if(data.network !== undefined){
let data5 = data.network;
if(data5 && typeof data5 == "object" && !Array.isArray(data5)){
for(const key1 in data5){
if(!(func1.call(schema31.properties.network.properties, key1))){
const err15 = {instancePath:instancePath+"/network",schemaPath:"#/properties/network/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
if(data5.compat !== undefined){
let data6 = data5.compat;
if(typeof data6 !== "string"){
const err16 = {instancePath:instancePath+"/network/compat",schemaPath:"#/properties/network/properties/compat/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
if(!((data6 === "strict") || (data6 === "boundary"))){
const err17 = {instancePath:instancePath+"/network/compat",schemaPath:"#/properties/network/properties/compat/enum",keyword:"enum",params:{allowedValues: schema31.properties.network.properties.compat.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
if(data5.allow !== undefined){
let data7 = data5.allow;
if(Array.isArray(data7)){
if(data7.length > 100000){
const err18 = {instancePath:instancePath+"/network/allow",schemaPath:"#/properties/network/properties/allow/maxItems",keyword:"maxItems",params:{limit: 100000},message:"must NOT have more than 100000 items"};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
const len1 = data7.length;
for(let i1=0; i1<len1; i1++){
let data8 = data7[i1];
if(typeof data8 === "string"){
if(func2(data8) > 4096){
const err19 = {instancePath:instancePath+"/network/allow/" + i1,schemaPath:"#/properties/network/properties/allow/items/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters"};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
else {
const err20 = {instancePath:instancePath+"/network/allow/" + i1,schemaPath:"#/properties/network/properties/allow/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
}
else {
const err21 = {instancePath:instancePath+"/network/allow",schemaPath:"#/properties/network/properties/allow/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
if(data5.deny !== undefined){
let data9 = data5.deny;
if(Array.isArray(data9)){
if(data9.length > 100000){
const err22 = {instancePath:instancePath+"/network/deny",schemaPath:"#/properties/network/properties/deny/maxItems",keyword:"maxItems",params:{limit: 100000},message:"must NOT have more than 100000 items"};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
const len2 = data9.length;
for(let i2=0; i2<len2; i2++){
let data10 = data9[i2];
if(typeof data10 === "string"){
if(func2(data10) > 4096){
const err23 = {instancePath:instancePath+"/network/deny/" + i2,schemaPath:"#/properties/network/properties/deny/items/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters"};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
}
else {
const err24 = {instancePath:instancePath+"/network/deny/" + i2,schemaPath:"#/properties/network/properties/deny/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
}
else {
const err25 = {instancePath:instancePath+"/network/deny",schemaPath:"#/properties/network/properties/deny/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
}
if(data5.ceiling !== undefined){
let data11 = data5.ceiling;
if(Array.isArray(data11)){
if(data11.length > 100000){
const err26 = {instancePath:instancePath+"/network/ceiling",schemaPath:"#/properties/network/properties/ceiling/maxItems",keyword:"maxItems",params:{limit: 100000},message:"must NOT have more than 100000 items"};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
const len3 = data11.length;
for(let i3=0; i3<len3; i3++){
let data12 = data11[i3];
if(typeof data12 === "string"){
if(func2(data12) > 4096){
const err27 = {instancePath:instancePath+"/network/ceiling/" + i3,schemaPath:"#/properties/network/properties/ceiling/items/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters"};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
}
else {
const err28 = {instancePath:instancePath+"/network/ceiling/" + i3,schemaPath:"#/properties/network/properties/ceiling/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
}
}
else {
const err29 = {instancePath:instancePath+"/network/ceiling",schemaPath:"#/properties/network/properties/ceiling/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
}
if(data5.tcp !== undefined){
let data13 = data5.tcp;
if(Array.isArray(data13)){
if(data13.length > 100000){
const err30 = {instancePath:instancePath+"/network/tcp",schemaPath:"#/properties/network/properties/tcp/maxItems",keyword:"maxItems",params:{limit: 100000},message:"must NOT have more than 100000 items"};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
const len4 = data13.length;
for(let i4=0; i4<len4; i4++){
let data14 = data13[i4];
if(typeof data14 === "string"){
if(func2(data14) > 4096){
const err31 = {instancePath:instancePath+"/network/tcp/" + i4,schemaPath:"#/properties/network/properties/tcp/items/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters"};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
if(func2(data14) < 1){
const err32 = {instancePath:instancePath+"/network/tcp/" + i4,schemaPath:"#/properties/network/properties/tcp/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
}
else {
const err33 = {instancePath:instancePath+"/network/tcp/" + i4,schemaPath:"#/properties/network/properties/tcp/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
}
}
else {
const err34 = {instancePath:instancePath+"/network/tcp",schemaPath:"#/properties/network/properties/tcp/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
}
if(data5.tls !== undefined){
let data15 = data5.tls;
if(data15 && typeof data15 == "object" && !Array.isArray(data15)){
for(const key2 in data15){
if(!(key2 === "passthrough")){
const err35 = {instancePath:instancePath+"/network/tls",schemaPath:"#/properties/network/properties/tls/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key2},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
}
if(data15.passthrough !== undefined){
let data16 = data15.passthrough;
if(Array.isArray(data16)){
if(data16.length > 100000){
const err36 = {instancePath:instancePath+"/network/tls/passthrough",schemaPath:"#/properties/network/properties/tls/properties/passthrough/maxItems",keyword:"maxItems",params:{limit: 100000},message:"must NOT have more than 100000 items"};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
const len5 = data16.length;
for(let i5=0; i5<len5; i5++){
let data17 = data16[i5];
if(typeof data17 === "string"){
if(func2(data17) > 4096){
const err37 = {instancePath:instancePath+"/network/tls/passthrough/" + i5,schemaPath:"#/properties/network/properties/tls/properties/passthrough/items/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters"};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
if(func2(data17) < 1){
const err38 = {instancePath:instancePath+"/network/tls/passthrough/" + i5,schemaPath:"#/properties/network/properties/tls/properties/passthrough/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
}
else {
const err39 = {instancePath:instancePath+"/network/tls/passthrough/" + i5,schemaPath:"#/properties/network/properties/tls/properties/passthrough/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
}
}
else {
const err40 = {instancePath:instancePath+"/network/tls/passthrough",schemaPath:"#/properties/network/properties/tls/properties/passthrough/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
}
}
else {
const err41 = {instancePath:instancePath+"/network/tls",schemaPath:"#/properties/network/properties/tls/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
}
if(data5.privateAddresses !== undefined){
let data18 = data5.privateAddresses;
if(Array.isArray(data18)){
if(data18.length > 100000){
const err42 = {instancePath:instancePath+"/network/privateAddresses",schemaPath:"#/properties/network/properties/privateAddresses/maxItems",keyword:"maxItems",params:{limit: 100000},message:"must NOT have more than 100000 items"};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
const len6 = data18.length;
for(let i6=0; i6<len6; i6++){
let data19 = data18[i6];
if(typeof data19 === "string"){
if(func2(data19) > 4096){
const err43 = {instancePath:instancePath+"/network/privateAddresses/" + i6,schemaPath:"#/properties/network/properties/privateAddresses/items/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters"};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
if(func2(data19) < 1){
const err44 = {instancePath:instancePath+"/network/privateAddresses/" + i6,schemaPath:"#/properties/network/properties/privateAddresses/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
}
else {
const err45 = {instancePath:instancePath+"/network/privateAddresses/" + i6,schemaPath:"#/properties/network/properties/privateAddresses/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
}
}
else {
const err46 = {instancePath:instancePath+"/network/privateAddresses",schemaPath:"#/properties/network/properties/privateAddresses/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err46];
}
else {
vErrors.push(err46);
}
errors++;
}
}
if(data5.ports !== undefined){
let data20 = data5.ports;
if(Array.isArray(data20)){
if(data20.length > 100000){
const err47 = {instancePath:instancePath+"/network/ports",schemaPath:"#/properties/network/properties/ports/maxItems",keyword:"maxItems",params:{limit: 100000},message:"must NOT have more than 100000 items"};
if(vErrors === null){
vErrors = [err47];
}
else {
vErrors.push(err47);
}
errors++;
}
const len7 = data20.length;
for(let i7=0; i7<len7; i7++){
let data21 = data20[i7];
if(data21 && typeof data21 == "object" && !Array.isArray(data21)){
if(data21.domain === undefined){
const err48 = {instancePath:instancePath+"/network/ports/" + i7,schemaPath:"#/properties/network/properties/ports/items/required",keyword:"required",params:{missingProperty: "domain"},message:"must have required property '"+"domain"+"'"};
if(vErrors === null){
vErrors = [err48];
}
else {
vErrors.push(err48);
}
errors++;
}
if(data21.allow === undefined){
const err49 = {instancePath:instancePath+"/network/ports/" + i7,schemaPath:"#/properties/network/properties/ports/items/required",keyword:"required",params:{missingProperty: "allow"},message:"must have required property '"+"allow"+"'"};
if(vErrors === null){
vErrors = [err49];
}
else {
vErrors.push(err49);
}
errors++;
}
for(const key3 in data21){
if(!((key3 === "domain") || (key3 === "allow"))){
const err50 = {instancePath:instancePath+"/network/ports/" + i7,schemaPath:"#/properties/network/properties/ports/items/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key3},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err50];
}
else {
vErrors.push(err50);
}
errors++;
}
}
if(data21.domain !== undefined){
let data22 = data21.domain;
if(typeof data22 === "string"){
if(func2(data22) > 4096){
const err51 = {instancePath:instancePath+"/network/ports/" + i7+"/domain",schemaPath:"#/properties/network/properties/ports/items/properties/domain/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters"};
if(vErrors === null){
vErrors = [err51];
}
else {
vErrors.push(err51);
}
errors++;
}
if(func2(data22) < 1){
const err52 = {instancePath:instancePath+"/network/ports/" + i7+"/domain",schemaPath:"#/properties/network/properties/ports/items/properties/domain/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err52];
}
else {
vErrors.push(err52);
}
errors++;
}
}
else {
const err53 = {instancePath:instancePath+"/network/ports/" + i7+"/domain",schemaPath:"#/properties/network/properties/ports/items/properties/domain/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err53];
}
else {
vErrors.push(err53);
}
errors++;
}
}
if(data21.allow !== undefined){
let data23 = data21.allow;
if(Array.isArray(data23)){
if(data23.length > 1000){
const err54 = {instancePath:instancePath+"/network/ports/" + i7+"/allow",schemaPath:"#/properties/network/properties/ports/items/properties/allow/maxItems",keyword:"maxItems",params:{limit: 1000},message:"must NOT have more than 1000 items"};
if(vErrors === null){
vErrors = [err54];
}
else {
vErrors.push(err54);
}
errors++;
}
const len8 = data23.length;
for(let i8=0; i8<len8; i8++){
let data24 = data23[i8];
const _errs54 = errors;
let valid22 = false;
const _errs55 = errors;
if(!(((typeof data24 == "number") && (!(data24 % 1) && !isNaN(data24))) && (isFinite(data24)))){
const err55 = {instancePath:instancePath+"/network/ports/" + i7+"/allow/" + i8,schemaPath:"#/properties/network/properties/ports/items/properties/allow/items/anyOf/0/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err55];
}
else {
vErrors.push(err55);
}
errors++;
}
if((typeof data24 == "number") && (isFinite(data24))){
if(data24 > 65535 || isNaN(data24)){
const err56 = {instancePath:instancePath+"/network/ports/" + i7+"/allow/" + i8,schemaPath:"#/properties/network/properties/ports/items/properties/allow/items/anyOf/0/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65535},message:"must be <= 65535"};
if(vErrors === null){
vErrors = [err56];
}
else {
vErrors.push(err56);
}
errors++;
}
if(data24 < 1 || isNaN(data24)){
const err57 = {instancePath:instancePath+"/network/ports/" + i7+"/allow/" + i8,schemaPath:"#/properties/network/properties/ports/items/properties/allow/items/anyOf/0/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err57];
}
else {
vErrors.push(err57);
}
errors++;
}
}
var _valid0 = _errs55 === errors;
valid22 = valid22 || _valid0;
const _errs57 = errors;
if(typeof data24 === "string"){
if(!pattern4.test(data24)){
const err58 = {instancePath:instancePath+"/network/ports/" + i7+"/allow/" + i8,schemaPath:"#/properties/network/properties/ports/items/properties/allow/items/anyOf/1/pattern",keyword:"pattern",params:{pattern: "^\\d{1,5}(-\\d{1,5})?$"},message:"must match pattern \""+"^\\d{1,5}(-\\d{1,5})?$"+"\""};
if(vErrors === null){
vErrors = [err58];
}
else {
vErrors.push(err58);
}
errors++;
}
}
else {
const err59 = {instancePath:instancePath+"/network/ports/" + i7+"/allow/" + i8,schemaPath:"#/properties/network/properties/ports/items/properties/allow/items/anyOf/1/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err59];
}
else {
vErrors.push(err59);
}
errors++;
}
var _valid0 = _errs57 === errors;
valid22 = valid22 || _valid0;
if(!valid22){
const err60 = {instancePath:instancePath+"/network/ports/" + i7+"/allow/" + i8,schemaPath:"#/properties/network/properties/ports/items/properties/allow/items/anyOf",keyword:"anyOf",params:{},message:"must match a schema in anyOf"};
if(vErrors === null){
vErrors = [err60];
}
else {
vErrors.push(err60);
}
errors++;
}
else {
errors = _errs54;
if(vErrors !== null){
if(_errs54){
vErrors.length = _errs54;
}
else {
vErrors = null;
}
}
}
}
}
else {
const err61 = {instancePath:instancePath+"/network/ports/" + i7+"/allow",schemaPath:"#/properties/network/properties/ports/items/properties/allow/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err61];
}
else {
vErrors.push(err61);
}
errors++;
}
}
}
else {
const err62 = {instancePath:instancePath+"/network/ports/" + i7,schemaPath:"#/properties/network/properties/ports/items/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err62];
}
else {
vErrors.push(err62);
}
errors++;
}
}
}
else {
const err63 = {instancePath:instancePath+"/network/ports",schemaPath:"#/properties/network/properties/ports/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err63];
}
else {
vErrors.push(err63);
}
errors++;
}
}
if(data5.boundary !== undefined){
let data25 = data5.boundary;
if(data25 && typeof data25 == "object" && !Array.isArray(data25)){
for(const key4 in data25){
if(!(func1.call(schema31.properties.network.properties.boundary.properties, key4))){
const err64 = {instancePath:instancePath+"/network/boundary",schemaPath:"#/properties/network/properties/boundary/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key4},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err64];
}
else {
vErrors.push(err64);
}
errors++;
}
}
if(data25.log_level !== undefined){
let data26 = data25.log_level;
if(typeof data26 === "string"){
if(func2(data26) > 4096){
const err65 = {instancePath:instancePath+"/network/boundary/log_level",schemaPath:"#/properties/network/properties/boundary/properties/log_level/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters"};
if(vErrors === null){
vErrors = [err65];
}
else {
vErrors.push(err65);
}
errors++;
}
}
else {
const err66 = {instancePath:instancePath+"/network/boundary/log_level",schemaPath:"#/properties/network/properties/boundary/properties/log_level/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err66];
}
else {
vErrors.push(err66);
}
errors++;
}
}
if(data25.log_dir !== undefined){
let data27 = data25.log_dir;
if(typeof data27 === "string"){
if(func2(data27) > 4096){
const err67 = {instancePath:instancePath+"/network/boundary/log_dir",schemaPath:"#/properties/network/properties/boundary/properties/log_dir/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters"};
if(vErrors === null){
vErrors = [err67];
}
else {
vErrors.push(err67);
}
errors++;
}
}
else {
const err68 = {instancePath:instancePath+"/network/boundary/log_dir",schemaPath:"#/properties/network/properties/boundary/properties/log_dir/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err68];
}
else {
vErrors.push(err68);
}
errors++;
}
}
if(data25.proxy_port !== undefined){
let data28 = data25.proxy_port;
if(!(((typeof data28 == "number") && (!(data28 % 1) && !isNaN(data28))) && (isFinite(data28)))){
const err69 = {instancePath:instancePath+"/network/boundary/proxy_port",schemaPath:"#/properties/network/properties/boundary/properties/proxy_port/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err69];
}
else {
vErrors.push(err69);
}
errors++;
}
if((typeof data28 == "number") && (isFinite(data28))){
if(data28 > 65535 || isNaN(data28)){
const err70 = {instancePath:instancePath+"/network/boundary/proxy_port",schemaPath:"#/properties/network/properties/boundary/properties/proxy_port/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65535},message:"must be <= 65535"};
if(vErrors === null){
vErrors = [err70];
}
else {
vErrors.push(err70);
}
errors++;
}
if(data28 < 1 || isNaN(data28)){
const err71 = {instancePath:instancePath+"/network/boundary/proxy_port",schemaPath:"#/properties/network/properties/boundary/properties/proxy_port/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err71];
}
else {
vErrors.push(err71);
}
errors++;
}
}
}
if(data25.pprof_enabled !== undefined){
if(typeof data25.pprof_enabled !== "boolean"){
const err72 = {instancePath:instancePath+"/network/boundary/pprof_enabled",schemaPath:"#/properties/network/properties/boundary/properties/pprof_enabled/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err72];
}
else {
vErrors.push(err72);
}
errors++;
}
}
if(data25.pprof_port !== undefined){
let data30 = data25.pprof_port;
if(!(((typeof data30 == "number") && (!(data30 % 1) && !isNaN(data30))) && (isFinite(data30)))){
const err73 = {instancePath:instancePath+"/network/boundary/pprof_port",schemaPath:"#/properties/network/properties/boundary/properties/pprof_port/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err73];
}
else {
vErrors.push(err73);
}
errors++;
}
if((typeof data30 == "number") && (isFinite(data30))){
if(data30 > 65535 || isNaN(data30)){
const err74 = {instancePath:instancePath+"/network/boundary/pprof_port",schemaPath:"#/properties/network/properties/boundary/properties/pprof_port/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65535},message:"must be <= 65535"};
if(vErrors === null){
vErrors = [err74];
}
else {
vErrors.push(err74);
}
errors++;
}
if(data30 < 1 || isNaN(data30)){
const err75 = {instancePath:instancePath+"/network/boundary/pprof_port",schemaPath:"#/properties/network/properties/boundary/properties/pprof_port/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err75];
}
else {
vErrors.push(err75);
}
errors++;
}
}
}
if(data25.jail_type !== undefined){
let data31 = data25.jail_type;
if(typeof data31 === "string"){
if(func2(data31) > 4096){
const err76 = {instancePath:instancePath+"/network/boundary/jail_type",schemaPath:"#/properties/network/properties/boundary/properties/jail_type/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters"};
if(vErrors === null){
vErrors = [err76];
}
else {
vErrors.push(err76);
}
errors++;
}
}
else {
const err77 = {instancePath:instancePath+"/network/boundary/jail_type",schemaPath:"#/properties/network/properties/boundary/properties/jail_type/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err77];
}
else {
vErrors.push(err77);
}
errors++;
}
}
if(data25.use_real_dns !== undefined){
if(typeof data25.use_real_dns !== "boolean"){
const err78 = {instancePath:instancePath+"/network/boundary/use_real_dns",schemaPath:"#/properties/network/properties/boundary/properties/use_real_dns/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err78];
}
else {
vErrors.push(err78);
}
errors++;
}
}
if(data25.no_user_namespace !== undefined){
if(typeof data25.no_user_namespace !== "boolean"){
const err79 = {instancePath:instancePath+"/network/boundary/no_user_namespace",schemaPath:"#/properties/network/properties/boundary/properties/no_user_namespace/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err79];
}
else {
vErrors.push(err79);
}
errors++;
}
}
if(data25.disable_audit_logs !== undefined){
if(typeof data25.disable_audit_logs !== "boolean"){
const err80 = {instancePath:instancePath+"/network/boundary/disable_audit_logs",schemaPath:"#/properties/network/properties/boundary/properties/disable_audit_logs/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err80];
}
else {
vErrors.push(err80);
}
errors++;
}
}
if(data25.session_correlation_enabled !== undefined){
if(typeof data25.session_correlation_enabled !== "boolean"){
const err81 = {instancePath:instancePath+"/network/boundary/session_correlation_enabled",schemaPath:"#/properties/network/properties/boundary/properties/session_correlation_enabled/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err81];
}
else {
vErrors.push(err81);
}
errors++;
}
}
if(data25.session_id_inject_targets !== undefined){
let data36 = data25.session_id_inject_targets;
if(Array.isArray(data36)){
if(data36.length > 100000){
const err82 = {instancePath:instancePath+"/network/boundary/session_id_inject_targets",schemaPath:"#/properties/network/properties/boundary/properties/session_id_inject_targets/maxItems",keyword:"maxItems",params:{limit: 100000},message:"must NOT have more than 100000 items"};
if(vErrors === null){
vErrors = [err82];
}
else {
vErrors.push(err82);
}
errors++;
}
const len9 = data36.length;
for(let i9=0; i9<len9; i9++){
let data37 = data36[i9];
if(typeof data37 === "string"){
if(func2(data37) > 4096){
const err83 = {instancePath:instancePath+"/network/boundary/session_id_inject_targets/" + i9,schemaPath:"#/properties/network/properties/boundary/properties/session_id_inject_targets/items/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters"};
if(vErrors === null){
vErrors = [err83];
}
else {
vErrors.push(err83);
}
errors++;
}
}
else {
const err84 = {instancePath:instancePath+"/network/boundary/session_id_inject_targets/" + i9,schemaPath:"#/properties/network/properties/boundary/properties/session_id_inject_targets/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err84];
}
else {
vErrors.push(err84);
}
errors++;
}
}
}
else {
const err85 = {instancePath:instancePath+"/network/boundary/session_id_inject_targets",schemaPath:"#/properties/network/properties/boundary/properties/session_id_inject_targets/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err85];
}
else {
vErrors.push(err85);
}
errors++;
}
}
}
else {
const err86 = {instancePath:instancePath+"/network/boundary",schemaPath:"#/properties/network/properties/boundary/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err86];
}
else {
vErrors.push(err86);
}
errors++;
}
}
}
else {
const err87 = {instancePath:instancePath+"/network",schemaPath:"#/properties/network/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err87];
}
else {
vErrors.push(err87);
}
errors++;
}
}
if(data.commands !== undefined){
let data38 = data.commands;
if(data38 && typeof data38 == "object" && !Array.isArray(data38)){
for(const key5 in data38){
if(!(((key5 === "deny") || (key5 === "disable")) || (key5 === "mode"))){
const err88 = {instancePath:instancePath+"/commands",schemaPath:"#/properties/commands/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key5},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err88];
}
else {
vErrors.push(err88);
}
errors++;
}
}
if(data38.deny !== undefined){
let data39 = data38.deny;
if(Array.isArray(data39)){
if(data39.length > 10000){
const err89 = {instancePath:instancePath+"/commands/deny",schemaPath:"#/properties/commands/properties/deny/maxItems",keyword:"maxItems",params:{limit: 10000},message:"must NOT have more than 10000 items"};
if(vErrors === null){
vErrors = [err89];
}
else {
vErrors.push(err89);
}
errors++;
}
const len10 = data39.length;
for(let i10=0; i10<len10; i10++){
let data40 = data39[i10];
if(data40 && typeof data40 == "object" && !Array.isArray(data40)){
if(data40.id === undefined){
const err90 = {instancePath:instancePath+"/commands/deny/" + i10,schemaPath:"#/properties/commands/properties/deny/items/required",keyword:"required",params:{missingProperty: "id"},message:"must have required property '"+"id"+"'"};
if(vErrors === null){
vErrors = [err90];
}
else {
vErrors.push(err90);
}
errors++;
}
if(data40.argv === undefined){
const err91 = {instancePath:instancePath+"/commands/deny/" + i10,schemaPath:"#/properties/commands/properties/deny/items/required",keyword:"required",params:{missingProperty: "argv"},message:"must have required property '"+"argv"+"'"};
if(vErrors === null){
vErrors = [err91];
}
else {
vErrors.push(err91);
}
errors++;
}
for(const key6 in data40){
if(!(((((key6 === "id") || (key6 === "argv")) || (key6 === "reason")) || (key6 === "match")) || (key6 === "notMatch"))){
const err92 = {instancePath:instancePath+"/commands/deny/" + i10,schemaPath:"#/properties/commands/properties/deny/items/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key6},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err92];
}
else {
vErrors.push(err92);
}
errors++;
}
}
if(data40.id !== undefined){
let data41 = data40.id;
if(typeof data41 === "string"){
if(!pattern5.test(data41)){
const err93 = {instancePath:instancePath+"/commands/deny/" + i10+"/id",schemaPath:"#/properties/commands/properties/deny/items/properties/id/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9][a-z0-9-]{0,63}$"},message:"must match pattern \""+"^[a-z0-9][a-z0-9-]{0,63}$"+"\""};
if(vErrors === null){
vErrors = [err93];
}
else {
vErrors.push(err93);
}
errors++;
}
}
else {
const err94 = {instancePath:instancePath+"/commands/deny/" + i10+"/id",schemaPath:"#/properties/commands/properties/deny/items/properties/id/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err94];
}
else {
vErrors.push(err94);
}
errors++;
}
}
if(data40.argv !== undefined){
let data42 = data40.argv;
if(Array.isArray(data42)){
if(data42.length > 256){
const err95 = {instancePath:instancePath+"/commands/deny/" + i10+"/argv",schemaPath:"#/properties/commands/properties/deny/items/properties/argv/maxItems",keyword:"maxItems",params:{limit: 256},message:"must NOT have more than 256 items"};
if(vErrors === null){
vErrors = [err95];
}
else {
vErrors.push(err95);
}
errors++;
}
if(data42.length < 1){
const err96 = {instancePath:instancePath+"/commands/deny/" + i10+"/argv",schemaPath:"#/properties/commands/properties/deny/items/properties/argv/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err96];
}
else {
vErrors.push(err96);
}
errors++;
}
const len11 = data42.length;
for(let i11=0; i11<len11; i11++){
let data43 = data42[i11];
if(typeof data43 === "string"){
if(func2(data43) > 4096){
const err97 = {instancePath:instancePath+"/commands/deny/" + i10+"/argv/" + i11,schemaPath:"#/properties/commands/properties/deny/items/properties/argv/items/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters"};
if(vErrors === null){
vErrors = [err97];
}
else {
vErrors.push(err97);
}
errors++;
}
}
else {
const err98 = {instancePath:instancePath+"/commands/deny/" + i10+"/argv/" + i11,schemaPath:"#/properties/commands/properties/deny/items/properties/argv/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err98];
}
else {
vErrors.push(err98);
}
errors++;
}
}
}
else {
const err99 = {instancePath:instancePath+"/commands/deny/" + i10+"/argv",schemaPath:"#/properties/commands/properties/deny/items/properties/argv/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err99];
}
else {
vErrors.push(err99);
}
errors++;
}
}
if(data40.reason !== undefined){
let data44 = data40.reason;
if(typeof data44 === "string"){
if(func2(data44) > 4096){
const err100 = {instancePath:instancePath+"/commands/deny/" + i10+"/reason",schemaPath:"#/properties/commands/properties/deny/items/properties/reason/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters"};
if(vErrors === null){
vErrors = [err100];
}
else {
vErrors.push(err100);
}
errors++;
}
if(func2(data44) < 1){
const err101 = {instancePath:instancePath+"/commands/deny/" + i10+"/reason",schemaPath:"#/properties/commands/properties/deny/items/properties/reason/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err101];
}
else {
vErrors.push(err101);
}
errors++;
}
}
else {
const err102 = {instancePath:instancePath+"/commands/deny/" + i10+"/reason",schemaPath:"#/properties/commands/properties/deny/items/properties/reason/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err102];
}
else {
vErrors.push(err102);
}
errors++;
}
}
if(data40.match !== undefined){
let data45 = data40.match;
if(Array.isArray(data45)){
if(data45.length > 1000){
const err103 = {instancePath:instancePath+"/commands/deny/" + i10+"/match",schemaPath:"#/properties/commands/properties/deny/items/properties/match/maxItems",keyword:"maxItems",params:{limit: 1000},message:"must NOT have more than 1000 items"};
if(vErrors === null){
vErrors = [err103];
}
else {
vErrors.push(err103);
}
errors++;
}
const len12 = data45.length;
for(let i12=0; i12<len12; i12++){
let data46 = data45[i12];
const _errs105 = errors;
let valid34 = false;
const _errs106 = errors;
if(typeof data46 === "string"){
if(func2(data46) > 4096){
const err104 = {instancePath:instancePath+"/commands/deny/" + i10+"/match/" + i12,schemaPath:"#/properties/commands/properties/deny/items/properties/match/items/anyOf/0/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters"};
if(vErrors === null){
vErrors = [err104];
}
else {
vErrors.push(err104);
}
errors++;
}
}
else {
const err105 = {instancePath:instancePath+"/commands/deny/" + i10+"/match/" + i12,schemaPath:"#/properties/commands/properties/deny/items/properties/match/items/anyOf/0/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err105];
}
else {
vErrors.push(err105);
}
errors++;
}
var _valid1 = _errs106 === errors;
valid34 = valid34 || _valid1;
const _errs108 = errors;
if(Array.isArray(data46)){
if(data46.length > 256){
const err106 = {instancePath:instancePath+"/commands/deny/" + i10+"/match/" + i12,schemaPath:"#/properties/commands/properties/deny/items/properties/match/items/anyOf/1/maxItems",keyword:"maxItems",params:{limit: 256},message:"must NOT have more than 256 items"};
if(vErrors === null){
vErrors = [err106];
}
else {
vErrors.push(err106);
}
errors++;
}
if(data46.length < 1){
const err107 = {instancePath:instancePath+"/commands/deny/" + i10+"/match/" + i12,schemaPath:"#/properties/commands/properties/deny/items/properties/match/items/anyOf/1/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err107];
}
else {
vErrors.push(err107);
}
errors++;
}
const len13 = data46.length;
for(let i13=0; i13<len13; i13++){
let data47 = data46[i13];
if(typeof data47 === "string"){
if(func2(data47) > 4096){
const err108 = {instancePath:instancePath+"/commands/deny/" + i10+"/match/" + i12+"/" + i13,schemaPath:"#/properties/commands/properties/deny/items/properties/match/items/anyOf/1/items/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters"};
if(vErrors === null){
vErrors = [err108];
}
else {
vErrors.push(err108);
}
errors++;
}
}
else {
const err109 = {instancePath:instancePath+"/commands/deny/" + i10+"/match/" + i12+"/" + i13,schemaPath:"#/properties/commands/properties/deny/items/properties/match/items/anyOf/1/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err109];
}
else {
vErrors.push(err109);
}
errors++;
}
}
}
else {
const err110 = {instancePath:instancePath+"/commands/deny/" + i10+"/match/" + i12,schemaPath:"#/properties/commands/properties/deny/items/properties/match/items/anyOf/1/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err110];
}
else {
vErrors.push(err110);
}
errors++;
}
var _valid1 = _errs108 === errors;
valid34 = valid34 || _valid1;
if(!valid34){
const err111 = {instancePath:instancePath+"/commands/deny/" + i10+"/match/" + i12,schemaPath:"#/properties/commands/properties/deny/items/properties/match/items/anyOf",keyword:"anyOf",params:{},message:"must match a schema in anyOf"};
if(vErrors === null){
vErrors = [err111];
}
else {
vErrors.push(err111);
}
errors++;
}
else {
errors = _errs105;
if(vErrors !== null){
if(_errs105){
vErrors.length = _errs105;
}
else {
vErrors = null;
}
}
}
}
}
else {
const err112 = {instancePath:instancePath+"/commands/deny/" + i10+"/match",schemaPath:"#/properties/commands/properties/deny/items/properties/match/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err112];
}
else {
vErrors.push(err112);
}
errors++;
}
}
if(data40.notMatch !== undefined){
let data48 = data40.notMatch;
if(Array.isArray(data48)){
if(data48.length > 1000){
const err113 = {instancePath:instancePath+"/commands/deny/" + i10+"/notMatch",schemaPath:"#/properties/commands/properties/deny/items/properties/notMatch/maxItems",keyword:"maxItems",params:{limit: 1000},message:"must NOT have more than 1000 items"};
if(vErrors === null){
vErrors = [err113];
}
else {
vErrors.push(err113);
}
errors++;
}
const len14 = data48.length;
for(let i14=0; i14<len14; i14++){
let data49 = data48[i14];
const _errs115 = errors;
let valid39 = false;
const _errs116 = errors;
if(typeof data49 === "string"){
if(func2(data49) > 4096){
const err114 = {instancePath:instancePath+"/commands/deny/" + i10+"/notMatch/" + i14,schemaPath:"#/properties/commands/properties/deny/items/properties/notMatch/items/anyOf/0/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters"};
if(vErrors === null){
vErrors = [err114];
}
else {
vErrors.push(err114);
}
errors++;
}
}
else {
const err115 = {instancePath:instancePath+"/commands/deny/" + i10+"/notMatch/" + i14,schemaPath:"#/properties/commands/properties/deny/items/properties/notMatch/items/anyOf/0/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err115];
}
else {
vErrors.push(err115);
}
errors++;
}
var _valid2 = _errs116 === errors;
valid39 = valid39 || _valid2;
const _errs118 = errors;
if(Array.isArray(data49)){
if(data49.length > 256){
const err116 = {instancePath:instancePath+"/commands/deny/" + i10+"/notMatch/" + i14,schemaPath:"#/properties/commands/properties/deny/items/properties/notMatch/items/anyOf/1/maxItems",keyword:"maxItems",params:{limit: 256},message:"must NOT have more than 256 items"};
if(vErrors === null){
vErrors = [err116];
}
else {
vErrors.push(err116);
}
errors++;
}
if(data49.length < 1){
const err117 = {instancePath:instancePath+"/commands/deny/" + i10+"/notMatch/" + i14,schemaPath:"#/properties/commands/properties/deny/items/properties/notMatch/items/anyOf/1/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err117];
}
else {
vErrors.push(err117);
}
errors++;
}
const len15 = data49.length;
for(let i15=0; i15<len15; i15++){
let data50 = data49[i15];
if(typeof data50 === "string"){
if(func2(data50) > 4096){
const err118 = {instancePath:instancePath+"/commands/deny/" + i10+"/notMatch/" + i14+"/" + i15,schemaPath:"#/properties/commands/properties/deny/items/properties/notMatch/items/anyOf/1/items/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters"};
if(vErrors === null){
vErrors = [err118];
}
else {
vErrors.push(err118);
}
errors++;
}
}
else {
const err119 = {instancePath:instancePath+"/commands/deny/" + i10+"/notMatch/" + i14+"/" + i15,schemaPath:"#/properties/commands/properties/deny/items/properties/notMatch/items/anyOf/1/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err119];
}
else {
vErrors.push(err119);
}
errors++;
}
}
}
else {
const err120 = {instancePath:instancePath+"/commands/deny/" + i10+"/notMatch/" + i14,schemaPath:"#/properties/commands/properties/deny/items/properties/notMatch/items/anyOf/1/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err120];
}
else {
vErrors.push(err120);
}
errors++;
}
var _valid2 = _errs118 === errors;
valid39 = valid39 || _valid2;
if(!valid39){
const err121 = {instancePath:instancePath+"/commands/deny/" + i10+"/notMatch/" + i14,schemaPath:"#/properties/commands/properties/deny/items/properties/notMatch/items/anyOf",keyword:"anyOf",params:{},message:"must match a schema in anyOf"};
if(vErrors === null){
vErrors = [err121];
}
else {
vErrors.push(err121);
}
errors++;
}
else {
errors = _errs115;
if(vErrors !== null){
if(_errs115){
vErrors.length = _errs115;
}
else {
vErrors = null;
}
}
}
}
}
else {
const err122 = {instancePath:instancePath+"/commands/deny/" + i10+"/notMatch",schemaPath:"#/properties/commands/properties/deny/items/properties/notMatch/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err122];
}
else {
vErrors.push(err122);
}
errors++;
}
}
}
else {
const err123 = {instancePath:instancePath+"/commands/deny/" + i10,schemaPath:"#/properties/commands/properties/deny/items/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err123];
}
else {
vErrors.push(err123);
}
errors++;
}
}
}
else {
const err124 = {instancePath:instancePath+"/commands/deny",schemaPath:"#/properties/commands/properties/deny/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err124];
}
else {
vErrors.push(err124);
}
errors++;
}
}
if(data38.disable !== undefined){
let data51 = data38.disable;
if(Array.isArray(data51)){
if(data51.length > 100000){
const err125 = {instancePath:instancePath+"/commands/disable",schemaPath:"#/properties/commands/properties/disable/maxItems",keyword:"maxItems",params:{limit: 100000},message:"must NOT have more than 100000 items"};
if(vErrors === null){
vErrors = [err125];
}
else {
vErrors.push(err125);
}
errors++;
}
const len16 = data51.length;
for(let i16=0; i16<len16; i16++){
let data52 = data51[i16];
if(typeof data52 === "string"){
if(func2(data52) > 4096){
const err126 = {instancePath:instancePath+"/commands/disable/" + i16,schemaPath:"#/properties/commands/properties/disable/items/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters"};
if(vErrors === null){
vErrors = [err126];
}
else {
vErrors.push(err126);
}
errors++;
}
if(func2(data52) < 1){
const err127 = {instancePath:instancePath+"/commands/disable/" + i16,schemaPath:"#/properties/commands/properties/disable/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err127];
}
else {
vErrors.push(err127);
}
errors++;
}
}
else {
const err128 = {instancePath:instancePath+"/commands/disable/" + i16,schemaPath:"#/properties/commands/properties/disable/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err128];
}
else {
vErrors.push(err128);
}
errors++;
}
}
}
else {
const err129 = {instancePath:instancePath+"/commands/disable",schemaPath:"#/properties/commands/properties/disable/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err129];
}
else {
vErrors.push(err129);
}
errors++;
}
}
if(data38.mode !== undefined){
let data53 = data38.mode;
if(data53 && typeof data53 == "object" && !Array.isArray(data53)){
for(const key7 in data53){
const _errs128 = errors;
if(typeof key7 === "string"){
if(func2(key7) > 4096){
const err130 = {instancePath:instancePath+"/commands/mode",schemaPath:"#/properties/commands/properties/mode/propertyNames/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters",propertyName:key7};
if(vErrors === null){
vErrors = [err130];
}
else {
vErrors.push(err130);
}
errors++;
}
if(func2(key7) < 1){
const err131 = {instancePath:instancePath+"/commands/mode",schemaPath:"#/properties/commands/properties/mode/propertyNames/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",propertyName:key7};
if(vErrors === null){
vErrors = [err131];
}
else {
vErrors.push(err131);
}
errors++;
}
if(!pattern6.test(key7)){
const err132 = {instancePath:instancePath+"/commands/mode",schemaPath:"#/properties/commands/properties/mode/propertyNames/pattern",keyword:"pattern",params:{pattern: "^(?!__proto__$)"},message:"must match pattern \""+"^(?!__proto__$)"+"\"",propertyName:key7};
if(vErrors === null){
vErrors = [err132];
}
else {
vErrors.push(err132);
}
errors++;
}
}
else {
const err133 = {instancePath:instancePath+"/commands/mode",schemaPath:"#/properties/commands/properties/mode/propertyNames/type",keyword:"type",params:{type: "string"},message:"must be string",propertyName:key7};
if(vErrors === null){
vErrors = [err133];
}
else {
vErrors.push(err133);
}
errors++;
}
var valid44 = _errs128 === errors;
if(!valid44){
const err134 = {instancePath:instancePath+"/commands/mode",schemaPath:"#/properties/commands/properties/mode/propertyNames",keyword:"propertyNames",params:{propertyName: key7},message:"property name must be valid"};
if(vErrors === null){
vErrors = [err134];
}
else {
vErrors.push(err134);
}
errors++;
}
}
for(const key8 in data53){
let data54 = data53[key8];
if(typeof data54 !== "string"){
const err135 = {instancePath:instancePath+"/commands/mode/" + key8.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/commands/properties/mode/additionalProperties/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err135];
}
else {
vErrors.push(err135);
}
errors++;
}
if(!(((data54 === "enforce") || (data54 === "monitor")) || (data54 === "off"))){
const err136 = {instancePath:instancePath+"/commands/mode/" + key8.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/commands/properties/mode/additionalProperties/enum",keyword:"enum",params:{allowedValues: schema31.properties.commands.properties.mode.additionalProperties.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err136];
}
else {
vErrors.push(err136);
}
errors++;
}
}
}
else {
const err137 = {instancePath:instancePath+"/commands/mode",schemaPath:"#/properties/commands/properties/mode/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err137];
}
else {
vErrors.push(err137);
}
errors++;
}
}
}
else {
const err138 = {instancePath:instancePath+"/commands",schemaPath:"#/properties/commands/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err138];
}
else {
vErrors.push(err138);
}
errors++;
}
}
if(data.files !== undefined){
let data55 = data.files;
if(data55 && typeof data55 == "object" && !Array.isArray(data55)){
for(const key9 in data55){
if(!(((key9 === "writable") || (key9 === "readOnly")) || (key9 === "hidden"))){
const err139 = {instancePath:instancePath+"/files",schemaPath:"#/properties/files/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key9},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err139];
}
else {
vErrors.push(err139);
}
errors++;
}
}
if(data55.writable !== undefined){
let data56 = data55.writable;
if(Array.isArray(data56)){
if(data56.length > 100000){
const err140 = {instancePath:instancePath+"/files/writable",schemaPath:"#/properties/files/properties/writable/maxItems",keyword:"maxItems",params:{limit: 100000},message:"must NOT have more than 100000 items"};
if(vErrors === null){
vErrors = [err140];
}
else {
vErrors.push(err140);
}
errors++;
}
const len17 = data56.length;
for(let i17=0; i17<len17; i17++){
let data57 = data56[i17];
if(typeof data57 === "string"){
if(func2(data57) > 4096){
const err141 = {instancePath:instancePath+"/files/writable/" + i17,schemaPath:"#/properties/files/properties/writable/items/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters"};
if(vErrors === null){
vErrors = [err141];
}
else {
vErrors.push(err141);
}
errors++;
}
if(func2(data57) < 1){
const err142 = {instancePath:instancePath+"/files/writable/" + i17,schemaPath:"#/properties/files/properties/writable/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err142];
}
else {
vErrors.push(err142);
}
errors++;
}
}
else {
const err143 = {instancePath:instancePath+"/files/writable/" + i17,schemaPath:"#/properties/files/properties/writable/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err143];
}
else {
vErrors.push(err143);
}
errors++;
}
}
}
else {
const err144 = {instancePath:instancePath+"/files/writable",schemaPath:"#/properties/files/properties/writable/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err144];
}
else {
vErrors.push(err144);
}
errors++;
}
}
if(data55.readOnly !== undefined){
let data58 = data55.readOnly;
if(Array.isArray(data58)){
if(data58.length > 100000){
const err145 = {instancePath:instancePath+"/files/readOnly",schemaPath:"#/properties/files/properties/readOnly/maxItems",keyword:"maxItems",params:{limit: 100000},message:"must NOT have more than 100000 items"};
if(vErrors === null){
vErrors = [err145];
}
else {
vErrors.push(err145);
}
errors++;
}
const len18 = data58.length;
for(let i18=0; i18<len18; i18++){
let data59 = data58[i18];
if(typeof data59 === "string"){
if(func2(data59) > 4096){
const err146 = {instancePath:instancePath+"/files/readOnly/" + i18,schemaPath:"#/properties/files/properties/readOnly/items/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters"};
if(vErrors === null){
vErrors = [err146];
}
else {
vErrors.push(err146);
}
errors++;
}
if(func2(data59) < 1){
const err147 = {instancePath:instancePath+"/files/readOnly/" + i18,schemaPath:"#/properties/files/properties/readOnly/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err147];
}
else {
vErrors.push(err147);
}
errors++;
}
}
else {
const err148 = {instancePath:instancePath+"/files/readOnly/" + i18,schemaPath:"#/properties/files/properties/readOnly/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err148];
}
else {
vErrors.push(err148);
}
errors++;
}
}
}
else {
const err149 = {instancePath:instancePath+"/files/readOnly",schemaPath:"#/properties/files/properties/readOnly/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err149];
}
else {
vErrors.push(err149);
}
errors++;
}
}
if(data55.hidden !== undefined){
let data60 = data55.hidden;
if(Array.isArray(data60)){
if(data60.length > 100000){
const err150 = {instancePath:instancePath+"/files/hidden",schemaPath:"#/properties/files/properties/hidden/maxItems",keyword:"maxItems",params:{limit: 100000},message:"must NOT have more than 100000 items"};
if(vErrors === null){
vErrors = [err150];
}
else {
vErrors.push(err150);
}
errors++;
}
const len19 = data60.length;
for(let i19=0; i19<len19; i19++){
let data61 = data60[i19];
if(typeof data61 === "string"){
if(func2(data61) > 4096){
const err151 = {instancePath:instancePath+"/files/hidden/" + i19,schemaPath:"#/properties/files/properties/hidden/items/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters"};
if(vErrors === null){
vErrors = [err151];
}
else {
vErrors.push(err151);
}
errors++;
}
if(func2(data61) < 1){
const err152 = {instancePath:instancePath+"/files/hidden/" + i19,schemaPath:"#/properties/files/properties/hidden/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err152];
}
else {
vErrors.push(err152);
}
errors++;
}
}
else {
const err153 = {instancePath:instancePath+"/files/hidden/" + i19,schemaPath:"#/properties/files/properties/hidden/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err153];
}
else {
vErrors.push(err153);
}
errors++;
}
}
}
else {
const err154 = {instancePath:instancePath+"/files/hidden",schemaPath:"#/properties/files/properties/hidden/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err154];
}
else {
vErrors.push(err154);
}
errors++;
}
}
}
else {
const err155 = {instancePath:instancePath+"/files",schemaPath:"#/properties/files/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err155];
}
else {
vErrors.push(err155);
}
errors++;
}
}
if(data.models !== undefined){
let data62 = data.models;
if(data62 && typeof data62 == "object" && !Array.isArray(data62)){
for(const key10 in data62){
if(!((((key10 === "allow") || (key10 === "deny")) || (key10 === "ceiling")) || (key10 === "maxOutputTokens"))){
const err156 = {instancePath:instancePath+"/models",schemaPath:"#/properties/models/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key10},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err156];
}
else {
vErrors.push(err156);
}
errors++;
}
}
if(data62.allow !== undefined){
let data63 = data62.allow;
if(Array.isArray(data63)){
if(data63.length > 100000){
const err157 = {instancePath:instancePath+"/models/allow",schemaPath:"#/properties/models/properties/allow/maxItems",keyword:"maxItems",params:{limit: 100000},message:"must NOT have more than 100000 items"};
if(vErrors === null){
vErrors = [err157];
}
else {
vErrors.push(err157);
}
errors++;
}
const len20 = data63.length;
for(let i20=0; i20<len20; i20++){
let data64 = data63[i20];
if(typeof data64 === "string"){
if(func2(data64) > 4096){
const err158 = {instancePath:instancePath+"/models/allow/" + i20,schemaPath:"#/properties/models/properties/allow/items/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters"};
if(vErrors === null){
vErrors = [err158];
}
else {
vErrors.push(err158);
}
errors++;
}
if(func2(data64) < 1){
const err159 = {instancePath:instancePath+"/models/allow/" + i20,schemaPath:"#/properties/models/properties/allow/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err159];
}
else {
vErrors.push(err159);
}
errors++;
}
}
else {
const err160 = {instancePath:instancePath+"/models/allow/" + i20,schemaPath:"#/properties/models/properties/allow/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err160];
}
else {
vErrors.push(err160);
}
errors++;
}
}
}
else {
const err161 = {instancePath:instancePath+"/models/allow",schemaPath:"#/properties/models/properties/allow/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err161];
}
else {
vErrors.push(err161);
}
errors++;
}
}
if(data62.deny !== undefined){
let data65 = data62.deny;
if(Array.isArray(data65)){
if(data65.length > 100000){
const err162 = {instancePath:instancePath+"/models/deny",schemaPath:"#/properties/models/properties/deny/maxItems",keyword:"maxItems",params:{limit: 100000},message:"must NOT have more than 100000 items"};
if(vErrors === null){
vErrors = [err162];
}
else {
vErrors.push(err162);
}
errors++;
}
const len21 = data65.length;
for(let i21=0; i21<len21; i21++){
let data66 = data65[i21];
if(typeof data66 === "string"){
if(func2(data66) > 4096){
const err163 = {instancePath:instancePath+"/models/deny/" + i21,schemaPath:"#/properties/models/properties/deny/items/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters"};
if(vErrors === null){
vErrors = [err163];
}
else {
vErrors.push(err163);
}
errors++;
}
if(func2(data66) < 1){
const err164 = {instancePath:instancePath+"/models/deny/" + i21,schemaPath:"#/properties/models/properties/deny/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err164];
}
else {
vErrors.push(err164);
}
errors++;
}
}
else {
const err165 = {instancePath:instancePath+"/models/deny/" + i21,schemaPath:"#/properties/models/properties/deny/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err165];
}
else {
vErrors.push(err165);
}
errors++;
}
}
}
else {
const err166 = {instancePath:instancePath+"/models/deny",schemaPath:"#/properties/models/properties/deny/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err166];
}
else {
vErrors.push(err166);
}
errors++;
}
}
if(data62.ceiling !== undefined){
let data67 = data62.ceiling;
if(Array.isArray(data67)){
if(data67.length > 100000){
const err167 = {instancePath:instancePath+"/models/ceiling",schemaPath:"#/properties/models/properties/ceiling/maxItems",keyword:"maxItems",params:{limit: 100000},message:"must NOT have more than 100000 items"};
if(vErrors === null){
vErrors = [err167];
}
else {
vErrors.push(err167);
}
errors++;
}
const len22 = data67.length;
for(let i22=0; i22<len22; i22++){
let data68 = data67[i22];
if(typeof data68 === "string"){
if(func2(data68) > 4096){
const err168 = {instancePath:instancePath+"/models/ceiling/" + i22,schemaPath:"#/properties/models/properties/ceiling/items/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters"};
if(vErrors === null){
vErrors = [err168];
}
else {
vErrors.push(err168);
}
errors++;
}
if(func2(data68) < 1){
const err169 = {instancePath:instancePath+"/models/ceiling/" + i22,schemaPath:"#/properties/models/properties/ceiling/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err169];
}
else {
vErrors.push(err169);
}
errors++;
}
}
else {
const err170 = {instancePath:instancePath+"/models/ceiling/" + i22,schemaPath:"#/properties/models/properties/ceiling/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err170];
}
else {
vErrors.push(err170);
}
errors++;
}
}
}
else {
const err171 = {instancePath:instancePath+"/models/ceiling",schemaPath:"#/properties/models/properties/ceiling/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err171];
}
else {
vErrors.push(err171);
}
errors++;
}
}
if(data62.maxOutputTokens !== undefined){
let data69 = data62.maxOutputTokens;
if(!(((typeof data69 == "number") && (!(data69 % 1) && !isNaN(data69))) && (isFinite(data69)))){
const err172 = {instancePath:instancePath+"/models/maxOutputTokens",schemaPath:"#/properties/models/properties/maxOutputTokens/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err172];
}
else {
vErrors.push(err172);
}
errors++;
}
if((typeof data69 == "number") && (isFinite(data69))){
if(data69 > 9007199254740991 || isNaN(data69)){
const err173 = {instancePath:instancePath+"/models/maxOutputTokens",schemaPath:"#/properties/models/properties/maxOutputTokens/maximum",keyword:"maximum",params:{comparison: "<=", limit: 9007199254740991},message:"must be <= 9007199254740991"};
if(vErrors === null){
vErrors = [err173];
}
else {
vErrors.push(err173);
}
errors++;
}
if(data69 < 1 || isNaN(data69)){
const err174 = {instancePath:instancePath+"/models/maxOutputTokens",schemaPath:"#/properties/models/properties/maxOutputTokens/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err174];
}
else {
vErrors.push(err174);
}
errors++;
}
}
}
}
else {
const err175 = {instancePath:instancePath+"/models",schemaPath:"#/properties/models/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err175];
}
else {
vErrors.push(err175);
}
errors++;
}
}
if(data.tools !== undefined){
let data70 = data.tools;
if(data70 && typeof data70 == "object" && !Array.isArray(data70)){
for(const key11 in data70){
if(!((key11 === "deny") || (key11 === "shell"))){
const err176 = {instancePath:instancePath+"/tools",schemaPath:"#/properties/tools/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key11},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err176];
}
else {
vErrors.push(err176);
}
errors++;
}
}
if(data70.deny !== undefined){
let data71 = data70.deny;
if(Array.isArray(data71)){
if(data71.length > 100000){
const err177 = {instancePath:instancePath+"/tools/deny",schemaPath:"#/properties/tools/properties/deny/maxItems",keyword:"maxItems",params:{limit: 100000},message:"must NOT have more than 100000 items"};
if(vErrors === null){
vErrors = [err177];
}
else {
vErrors.push(err177);
}
errors++;
}
const len23 = data71.length;
for(let i23=0; i23<len23; i23++){
let data72 = data71[i23];
if(typeof data72 === "string"){
if(func2(data72) > 4096){
const err178 = {instancePath:instancePath+"/tools/deny/" + i23,schemaPath:"#/properties/tools/properties/deny/items/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters"};
if(vErrors === null){
vErrors = [err178];
}
else {
vErrors.push(err178);
}
errors++;
}
if(func2(data72) < 1){
const err179 = {instancePath:instancePath+"/tools/deny/" + i23,schemaPath:"#/properties/tools/properties/deny/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err179];
}
else {
vErrors.push(err179);
}
errors++;
}
}
else {
const err180 = {instancePath:instancePath+"/tools/deny/" + i23,schemaPath:"#/properties/tools/properties/deny/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err180];
}
else {
vErrors.push(err180);
}
errors++;
}
}
}
else {
const err181 = {instancePath:instancePath+"/tools/deny",schemaPath:"#/properties/tools/properties/deny/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err181];
}
else {
vErrors.push(err181);
}
errors++;
}
}
if(data70.shell !== undefined){
let data73 = data70.shell;
if(typeof data73 !== "string"){
const err182 = {instancePath:instancePath+"/tools/shell",schemaPath:"#/properties/tools/properties/shell/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err182];
}
else {
vErrors.push(err182);
}
errors++;
}
if(!((data73 === "guard") || (data73 === "ignore"))){
const err183 = {instancePath:instancePath+"/tools/shell",schemaPath:"#/properties/tools/properties/shell/enum",keyword:"enum",params:{allowedValues: schema31.properties.tools.properties.shell.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err183];
}
else {
vErrors.push(err183);
}
errors++;
}
}
}
else {
const err184 = {instancePath:instancePath+"/tools",schemaPath:"#/properties/tools/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err184];
}
else {
vErrors.push(err184);
}
errors++;
}
}
if(data.mcpServers !== undefined){
let data74 = data.mcpServers;
if(data74 && typeof data74 == "object" && !Array.isArray(data74)){
for(const key12 in data74){
if(!((((key12 === "allow") || (key12 === "deny")) || (key12 === "ceiling")) || (key12 === "tools"))){
const err185 = {instancePath:instancePath+"/mcpServers",schemaPath:"#/properties/mcpServers/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key12},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err185];
}
else {
vErrors.push(err185);
}
errors++;
}
}
if(data74.allow !== undefined){
let data75 = data74.allow;
if(Array.isArray(data75)){
if(data75.length > 100000){
const err186 = {instancePath:instancePath+"/mcpServers/allow",schemaPath:"#/properties/mcpServers/properties/allow/maxItems",keyword:"maxItems",params:{limit: 100000},message:"must NOT have more than 100000 items"};
if(vErrors === null){
vErrors = [err186];
}
else {
vErrors.push(err186);
}
errors++;
}
const len24 = data75.length;
for(let i24=0; i24<len24; i24++){
let data76 = data75[i24];
if(typeof data76 === "string"){
if(func2(data76) > 4096){
const err187 = {instancePath:instancePath+"/mcpServers/allow/" + i24,schemaPath:"#/properties/mcpServers/properties/allow/items/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters"};
if(vErrors === null){
vErrors = [err187];
}
else {
vErrors.push(err187);
}
errors++;
}
if(func2(data76) < 1){
const err188 = {instancePath:instancePath+"/mcpServers/allow/" + i24,schemaPath:"#/properties/mcpServers/properties/allow/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err188];
}
else {
vErrors.push(err188);
}
errors++;
}
}
else {
const err189 = {instancePath:instancePath+"/mcpServers/allow/" + i24,schemaPath:"#/properties/mcpServers/properties/allow/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err189];
}
else {
vErrors.push(err189);
}
errors++;
}
}
}
else {
const err190 = {instancePath:instancePath+"/mcpServers/allow",schemaPath:"#/properties/mcpServers/properties/allow/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err190];
}
else {
vErrors.push(err190);
}
errors++;
}
}
if(data74.deny !== undefined){
let data77 = data74.deny;
if(Array.isArray(data77)){
if(data77.length > 100000){
const err191 = {instancePath:instancePath+"/mcpServers/deny",schemaPath:"#/properties/mcpServers/properties/deny/maxItems",keyword:"maxItems",params:{limit: 100000},message:"must NOT have more than 100000 items"};
if(vErrors === null){
vErrors = [err191];
}
else {
vErrors.push(err191);
}
errors++;
}
const len25 = data77.length;
for(let i25=0; i25<len25; i25++){
let data78 = data77[i25];
if(typeof data78 === "string"){
if(func2(data78) > 4096){
const err192 = {instancePath:instancePath+"/mcpServers/deny/" + i25,schemaPath:"#/properties/mcpServers/properties/deny/items/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters"};
if(vErrors === null){
vErrors = [err192];
}
else {
vErrors.push(err192);
}
errors++;
}
if(func2(data78) < 1){
const err193 = {instancePath:instancePath+"/mcpServers/deny/" + i25,schemaPath:"#/properties/mcpServers/properties/deny/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err193];
}
else {
vErrors.push(err193);
}
errors++;
}
}
else {
const err194 = {instancePath:instancePath+"/mcpServers/deny/" + i25,schemaPath:"#/properties/mcpServers/properties/deny/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err194];
}
else {
vErrors.push(err194);
}
errors++;
}
}
}
else {
const err195 = {instancePath:instancePath+"/mcpServers/deny",schemaPath:"#/properties/mcpServers/properties/deny/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err195];
}
else {
vErrors.push(err195);
}
errors++;
}
}
if(data74.ceiling !== undefined){
let data79 = data74.ceiling;
if(Array.isArray(data79)){
if(data79.length > 100000){
const err196 = {instancePath:instancePath+"/mcpServers/ceiling",schemaPath:"#/properties/mcpServers/properties/ceiling/maxItems",keyword:"maxItems",params:{limit: 100000},message:"must NOT have more than 100000 items"};
if(vErrors === null){
vErrors = [err196];
}
else {
vErrors.push(err196);
}
errors++;
}
const len26 = data79.length;
for(let i26=0; i26<len26; i26++){
let data80 = data79[i26];
if(typeof data80 === "string"){
if(func2(data80) > 4096){
const err197 = {instancePath:instancePath+"/mcpServers/ceiling/" + i26,schemaPath:"#/properties/mcpServers/properties/ceiling/items/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters"};
if(vErrors === null){
vErrors = [err197];
}
else {
vErrors.push(err197);
}
errors++;
}
if(func2(data80) < 1){
const err198 = {instancePath:instancePath+"/mcpServers/ceiling/" + i26,schemaPath:"#/properties/mcpServers/properties/ceiling/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err198];
}
else {
vErrors.push(err198);
}
errors++;
}
}
else {
const err199 = {instancePath:instancePath+"/mcpServers/ceiling/" + i26,schemaPath:"#/properties/mcpServers/properties/ceiling/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err199];
}
else {
vErrors.push(err199);
}
errors++;
}
}
}
else {
const err200 = {instancePath:instancePath+"/mcpServers/ceiling",schemaPath:"#/properties/mcpServers/properties/ceiling/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err200];
}
else {
vErrors.push(err200);
}
errors++;
}
}
if(data74.tools !== undefined){
let data81 = data74.tools;
if(data81 && typeof data81 == "object" && !Array.isArray(data81)){
for(const key13 in data81){
const _errs191 = errors;
if(typeof key13 === "string"){
if(func2(key13) > 4096){
const err201 = {instancePath:instancePath+"/mcpServers/tools",schemaPath:"#/properties/mcpServers/properties/tools/propertyNames/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters",propertyName:key13};
if(vErrors === null){
vErrors = [err201];
}
else {
vErrors.push(err201);
}
errors++;
}
if(func2(key13) < 1){
const err202 = {instancePath:instancePath+"/mcpServers/tools",schemaPath:"#/properties/mcpServers/properties/tools/propertyNames/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",propertyName:key13};
if(vErrors === null){
vErrors = [err202];
}
else {
vErrors.push(err202);
}
errors++;
}
if(!pattern6.test(key13)){
const err203 = {instancePath:instancePath+"/mcpServers/tools",schemaPath:"#/properties/mcpServers/properties/tools/propertyNames/pattern",keyword:"pattern",params:{pattern: "^(?!__proto__$)"},message:"must match pattern \""+"^(?!__proto__$)"+"\"",propertyName:key13};
if(vErrors === null){
vErrors = [err203];
}
else {
vErrors.push(err203);
}
errors++;
}
}
else {
const err204 = {instancePath:instancePath+"/mcpServers/tools",schemaPath:"#/properties/mcpServers/properties/tools/propertyNames/type",keyword:"type",params:{type: "string"},message:"must be string",propertyName:key13};
if(vErrors === null){
vErrors = [err204];
}
else {
vErrors.push(err204);
}
errors++;
}
var valid70 = _errs191 === errors;
if(!valid70){
const err205 = {instancePath:instancePath+"/mcpServers/tools",schemaPath:"#/properties/mcpServers/properties/tools/propertyNames",keyword:"propertyNames",params:{propertyName: key13},message:"property name must be valid"};
if(vErrors === null){
vErrors = [err205];
}
else {
vErrors.push(err205);
}
errors++;
}
}
for(const key14 in data81){
let data82 = data81[key14];
if(data82 && typeof data82 == "object" && !Array.isArray(data82)){
for(const key15 in data82){
if(!((key15 === "allow") || (key15 === "deny"))){
const err206 = {instancePath:instancePath+"/mcpServers/tools/" + key14.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/mcpServers/properties/tools/additionalProperties/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key15},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err206];
}
else {
vErrors.push(err206);
}
errors++;
}
}
if(data82.allow !== undefined){
let data83 = data82.allow;
if(Array.isArray(data83)){
if(data83.length > 100000){
const err207 = {instancePath:instancePath+"/mcpServers/tools/" + key14.replace(/~/g, "~0").replace(/\//g, "~1")+"/allow",schemaPath:"#/properties/mcpServers/properties/tools/additionalProperties/properties/allow/maxItems",keyword:"maxItems",params:{limit: 100000},message:"must NOT have more than 100000 items"};
if(vErrors === null){
vErrors = [err207];
}
else {
vErrors.push(err207);
}
errors++;
}
const len27 = data83.length;
for(let i27=0; i27<len27; i27++){
let data84 = data83[i27];
if(typeof data84 === "string"){
if(func2(data84) > 4096){
const err208 = {instancePath:instancePath+"/mcpServers/tools/" + key14.replace(/~/g, "~0").replace(/\//g, "~1")+"/allow/" + i27,schemaPath:"#/properties/mcpServers/properties/tools/additionalProperties/properties/allow/items/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters"};
if(vErrors === null){
vErrors = [err208];
}
else {
vErrors.push(err208);
}
errors++;
}
if(func2(data84) < 1){
const err209 = {instancePath:instancePath+"/mcpServers/tools/" + key14.replace(/~/g, "~0").replace(/\//g, "~1")+"/allow/" + i27,schemaPath:"#/properties/mcpServers/properties/tools/additionalProperties/properties/allow/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err209];
}
else {
vErrors.push(err209);
}
errors++;
}
}
else {
const err210 = {instancePath:instancePath+"/mcpServers/tools/" + key14.replace(/~/g, "~0").replace(/\//g, "~1")+"/allow/" + i27,schemaPath:"#/properties/mcpServers/properties/tools/additionalProperties/properties/allow/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err210];
}
else {
vErrors.push(err210);
}
errors++;
}
}
}
else {
const err211 = {instancePath:instancePath+"/mcpServers/tools/" + key14.replace(/~/g, "~0").replace(/\//g, "~1")+"/allow",schemaPath:"#/properties/mcpServers/properties/tools/additionalProperties/properties/allow/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err211];
}
else {
vErrors.push(err211);
}
errors++;
}
}
if(data82.deny !== undefined){
let data85 = data82.deny;
if(Array.isArray(data85)){
if(data85.length > 100000){
const err212 = {instancePath:instancePath+"/mcpServers/tools/" + key14.replace(/~/g, "~0").replace(/\//g, "~1")+"/deny",schemaPath:"#/properties/mcpServers/properties/tools/additionalProperties/properties/deny/maxItems",keyword:"maxItems",params:{limit: 100000},message:"must NOT have more than 100000 items"};
if(vErrors === null){
vErrors = [err212];
}
else {
vErrors.push(err212);
}
errors++;
}
const len28 = data85.length;
for(let i28=0; i28<len28; i28++){
let data86 = data85[i28];
if(typeof data86 === "string"){
if(func2(data86) > 4096){
const err213 = {instancePath:instancePath+"/mcpServers/tools/" + key14.replace(/~/g, "~0").replace(/\//g, "~1")+"/deny/" + i28,schemaPath:"#/properties/mcpServers/properties/tools/additionalProperties/properties/deny/items/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters"};
if(vErrors === null){
vErrors = [err213];
}
else {
vErrors.push(err213);
}
errors++;
}
if(func2(data86) < 1){
const err214 = {instancePath:instancePath+"/mcpServers/tools/" + key14.replace(/~/g, "~0").replace(/\//g, "~1")+"/deny/" + i28,schemaPath:"#/properties/mcpServers/properties/tools/additionalProperties/properties/deny/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err214];
}
else {
vErrors.push(err214);
}
errors++;
}
}
else {
const err215 = {instancePath:instancePath+"/mcpServers/tools/" + key14.replace(/~/g, "~0").replace(/\//g, "~1")+"/deny/" + i28,schemaPath:"#/properties/mcpServers/properties/tools/additionalProperties/properties/deny/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err215];
}
else {
vErrors.push(err215);
}
errors++;
}
}
}
else {
const err216 = {instancePath:instancePath+"/mcpServers/tools/" + key14.replace(/~/g, "~0").replace(/\//g, "~1")+"/deny",schemaPath:"#/properties/mcpServers/properties/tools/additionalProperties/properties/deny/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err216];
}
else {
vErrors.push(err216);
}
errors++;
}
}
}
else {
const err217 = {instancePath:instancePath+"/mcpServers/tools/" + key14.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/mcpServers/properties/tools/additionalProperties/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err217];
}
else {
vErrors.push(err217);
}
errors++;
}
}
}
else {
const err218 = {instancePath:instancePath+"/mcpServers/tools",schemaPath:"#/properties/mcpServers/properties/tools/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err218];
}
else {
vErrors.push(err218);
}
errors++;
}
}
}
else {
const err219 = {instancePath:instancePath+"/mcpServers",schemaPath:"#/properties/mcpServers/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err219];
}
else {
vErrors.push(err219);
}
errors++;
}
}
if(data.budgets !== undefined){
let data87 = data.budgets;
if(Array.isArray(data87)){
if(data87.length > 1000){
const err220 = {instancePath:instancePath+"/budgets",schemaPath:"#/properties/budgets/maxItems",keyword:"maxItems",params:{limit: 1000},message:"must NOT have more than 1000 items"};
if(vErrors === null){
vErrors = [err220];
}
else {
vErrors.push(err220);
}
errors++;
}
const len29 = data87.length;
for(let i29=0; i29<len29; i29++){
let data88 = data87[i29];
if(data88 && typeof data88 == "object" && !Array.isArray(data88)){
if(data88.scope === undefined){
const err221 = {instancePath:instancePath+"/budgets/" + i29,schemaPath:"#/properties/budgets/items/required",keyword:"required",params:{missingProperty: "scope"},message:"must have required property '"+"scope"+"'"};
if(vErrors === null){
vErrors = [err221];
}
else {
vErrors.push(err221);
}
errors++;
}
if(data88.limitUsd === undefined){
const err222 = {instancePath:instancePath+"/budgets/" + i29,schemaPath:"#/properties/budgets/items/required",keyword:"required",params:{missingProperty: "limitUsd"},message:"must have required property '"+"limitUsd"+"'"};
if(vErrors === null){
vErrors = [err222];
}
else {
vErrors.push(err222);
}
errors++;
}
for(const key16 in data88){
if(!((((key16 === "scope") || (key16 === "period")) || (key16 === "limitUsd")) || (key16 === "onExceed"))){
const err223 = {instancePath:instancePath+"/budgets/" + i29,schemaPath:"#/properties/budgets/items/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key16},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err223];
}
else {
vErrors.push(err223);
}
errors++;
}
}
if(data88.scope !== undefined){
let data89 = data88.scope;
if(typeof data89 !== "string"){
const err224 = {instancePath:instancePath+"/budgets/" + i29+"/scope",schemaPath:"#/properties/budgets/items/properties/scope/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err224];
}
else {
vErrors.push(err224);
}
errors++;
}
if(!(((((((((data89 === "user") || (data89 === "group")) || (data89 === "organization")) || (data89 === "template")) || (data89 === "workspace")) || (data89 === "task")) || (data89 === "provider")) || (data89 === "model")) || (data89 === "token"))){
const err225 = {instancePath:instancePath+"/budgets/" + i29+"/scope",schemaPath:"#/properties/budgets/items/properties/scope/enum",keyword:"enum",params:{allowedValues: schema31.properties.budgets.items.properties.scope.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err225];
}
else {
vErrors.push(err225);
}
errors++;
}
}
if(data88.period !== undefined){
let data90 = data88.period;
if(typeof data90 !== "string"){
const err226 = {instancePath:instancePath+"/budgets/" + i29+"/period",schemaPath:"#/properties/budgets/items/properties/period/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err226];
}
else {
vErrors.push(err226);
}
errors++;
}
if(!((((data90 === "day") || (data90 === "week")) || (data90 === "month")) || (data90 === "total"))){
const err227 = {instancePath:instancePath+"/budgets/" + i29+"/period",schemaPath:"#/properties/budgets/items/properties/period/enum",keyword:"enum",params:{allowedValues: schema31.properties.budgets.items.properties.period.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err227];
}
else {
vErrors.push(err227);
}
errors++;
}
}
if(data88.limitUsd !== undefined){
let data91 = data88.limitUsd;
if((typeof data91 == "number") && (isFinite(data91))){
if(data91 < 0 || isNaN(data91)){
const err228 = {instancePath:instancePath+"/budgets/" + i29+"/limitUsd",schemaPath:"#/properties/budgets/items/properties/limitUsd/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err228];
}
else {
vErrors.push(err228);
}
errors++;
}
}
else {
const err229 = {instancePath:instancePath+"/budgets/" + i29+"/limitUsd",schemaPath:"#/properties/budgets/items/properties/limitUsd/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err229];
}
else {
vErrors.push(err229);
}
errors++;
}
}
if(data88.onExceed !== undefined){
let data92 = data88.onExceed;
if(typeof data92 !== "string"){
const err230 = {instancePath:instancePath+"/budgets/" + i29+"/onExceed",schemaPath:"#/properties/budgets/items/properties/onExceed/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err230];
}
else {
vErrors.push(err230);
}
errors++;
}
if(!((data92 === "block") || (data92 === "warn"))){
const err231 = {instancePath:instancePath+"/budgets/" + i29+"/onExceed",schemaPath:"#/properties/budgets/items/properties/onExceed/enum",keyword:"enum",params:{allowedValues: schema31.properties.budgets.items.properties.onExceed.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err231];
}
else {
vErrors.push(err231);
}
errors++;
}
}
}
else {
const err232 = {instancePath:instancePath+"/budgets/" + i29,schemaPath:"#/properties/budgets/items/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err232];
}
else {
vErrors.push(err232);
}
errors++;
}
}
}
else {
const err233 = {instancePath:instancePath+"/budgets",schemaPath:"#/properties/budgets/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err233];
}
else {
vErrors.push(err233);
}
errors++;
}
}
if(data.rateLimits !== undefined){
let data93 = data.rateLimits;
if(Array.isArray(data93)){
if(data93.length > 1000){
const err234 = {instancePath:instancePath+"/rateLimits",schemaPath:"#/properties/rateLimits/maxItems",keyword:"maxItems",params:{limit: 1000},message:"must NOT have more than 1000 items"};
if(vErrors === null){
vErrors = [err234];
}
else {
vErrors.push(err234);
}
errors++;
}
const len30 = data93.length;
for(let i30=0; i30<len30; i30++){
let data94 = data93[i30];
if(data94 && typeof data94 == "object" && !Array.isArray(data94)){
if(data94.scope === undefined){
const err235 = {instancePath:instancePath+"/rateLimits/" + i30,schemaPath:"#/properties/rateLimits/items/required",keyword:"required",params:{missingProperty: "scope"},message:"must have required property '"+"scope"+"'"};
if(vErrors === null){
vErrors = [err235];
}
else {
vErrors.push(err235);
}
errors++;
}
for(const key17 in data94){
if(!((((key17 === "scope") || (key17 === "requestsPerMinute")) || (key17 === "tokensPerMinute")) || (key17 === "concurrent"))){
const err236 = {instancePath:instancePath+"/rateLimits/" + i30,schemaPath:"#/properties/rateLimits/items/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key17},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err236];
}
else {
vErrors.push(err236);
}
errors++;
}
}
if(data94.scope !== undefined){
let data95 = data94.scope;
if(typeof data95 !== "string"){
const err237 = {instancePath:instancePath+"/rateLimits/" + i30+"/scope",schemaPath:"#/properties/rateLimits/items/properties/scope/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err237];
}
else {
vErrors.push(err237);
}
errors++;
}
if(!(((((((((data95 === "user") || (data95 === "group")) || (data95 === "organization")) || (data95 === "template")) || (data95 === "workspace")) || (data95 === "task")) || (data95 === "provider")) || (data95 === "model")) || (data95 === "token"))){
const err238 = {instancePath:instancePath+"/rateLimits/" + i30+"/scope",schemaPath:"#/properties/rateLimits/items/properties/scope/enum",keyword:"enum",params:{allowedValues: schema31.properties.rateLimits.items.properties.scope.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err238];
}
else {
vErrors.push(err238);
}
errors++;
}
}
if(data94.requestsPerMinute !== undefined){
let data96 = data94.requestsPerMinute;
if(!(((typeof data96 == "number") && (!(data96 % 1) && !isNaN(data96))) && (isFinite(data96)))){
const err239 = {instancePath:instancePath+"/rateLimits/" + i30+"/requestsPerMinute",schemaPath:"#/properties/rateLimits/items/properties/requestsPerMinute/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err239];
}
else {
vErrors.push(err239);
}
errors++;
}
if((typeof data96 == "number") && (isFinite(data96))){
if(data96 > 9007199254740991 || isNaN(data96)){
const err240 = {instancePath:instancePath+"/rateLimits/" + i30+"/requestsPerMinute",schemaPath:"#/properties/rateLimits/items/properties/requestsPerMinute/maximum",keyword:"maximum",params:{comparison: "<=", limit: 9007199254740991},message:"must be <= 9007199254740991"};
if(vErrors === null){
vErrors = [err240];
}
else {
vErrors.push(err240);
}
errors++;
}
if(data96 < 0 || isNaN(data96)){
const err241 = {instancePath:instancePath+"/rateLimits/" + i30+"/requestsPerMinute",schemaPath:"#/properties/rateLimits/items/properties/requestsPerMinute/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err241];
}
else {
vErrors.push(err241);
}
errors++;
}
}
}
if(data94.tokensPerMinute !== undefined){
let data97 = data94.tokensPerMinute;
if(!(((typeof data97 == "number") && (!(data97 % 1) && !isNaN(data97))) && (isFinite(data97)))){
const err242 = {instancePath:instancePath+"/rateLimits/" + i30+"/tokensPerMinute",schemaPath:"#/properties/rateLimits/items/properties/tokensPerMinute/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err242];
}
else {
vErrors.push(err242);
}
errors++;
}
if((typeof data97 == "number") && (isFinite(data97))){
if(data97 > 9007199254740991 || isNaN(data97)){
const err243 = {instancePath:instancePath+"/rateLimits/" + i30+"/tokensPerMinute",schemaPath:"#/properties/rateLimits/items/properties/tokensPerMinute/maximum",keyword:"maximum",params:{comparison: "<=", limit: 9007199254740991},message:"must be <= 9007199254740991"};
if(vErrors === null){
vErrors = [err243];
}
else {
vErrors.push(err243);
}
errors++;
}
if(data97 < 0 || isNaN(data97)){
const err244 = {instancePath:instancePath+"/rateLimits/" + i30+"/tokensPerMinute",schemaPath:"#/properties/rateLimits/items/properties/tokensPerMinute/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err244];
}
else {
vErrors.push(err244);
}
errors++;
}
}
}
if(data94.concurrent !== undefined){
let data98 = data94.concurrent;
if(!(((typeof data98 == "number") && (!(data98 % 1) && !isNaN(data98))) && (isFinite(data98)))){
const err245 = {instancePath:instancePath+"/rateLimits/" + i30+"/concurrent",schemaPath:"#/properties/rateLimits/items/properties/concurrent/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err245];
}
else {
vErrors.push(err245);
}
errors++;
}
if((typeof data98 == "number") && (isFinite(data98))){
if(data98 > 9007199254740991 || isNaN(data98)){
const err246 = {instancePath:instancePath+"/rateLimits/" + i30+"/concurrent",schemaPath:"#/properties/rateLimits/items/properties/concurrent/maximum",keyword:"maximum",params:{comparison: "<=", limit: 9007199254740991},message:"must be <= 9007199254740991"};
if(vErrors === null){
vErrors = [err246];
}
else {
vErrors.push(err246);
}
errors++;
}
if(data98 < 0 || isNaN(data98)){
const err247 = {instancePath:instancePath+"/rateLimits/" + i30+"/concurrent",schemaPath:"#/properties/rateLimits/items/properties/concurrent/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err247];
}
else {
vErrors.push(err247);
}
errors++;
}
}
}
}
else {
const err248 = {instancePath:instancePath+"/rateLimits/" + i30,schemaPath:"#/properties/rateLimits/items/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err248];
}
else {
vErrors.push(err248);
}
errors++;
}
}
}
else {
const err249 = {instancePath:instancePath+"/rateLimits",schemaPath:"#/properties/rateLimits/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err249];
}
else {
vErrors.push(err249);
}
errors++;
}
}
if(data.content !== undefined){
let data99 = data.content;
if(data99 && typeof data99 == "object" && !Array.isArray(data99)){
for(const key18 in data99){
if(!((((((((key18 === "prompts") || (key18 === "systemPrompt")) || (key18 === "outputs")) || (key18 === "toolArguments")) || (key18 === "toolResults")) || (key18 === "reasoning")) || (key18 === "redact")) || (key18 === "outbound"))){
const err250 = {instancePath:instancePath+"/content",schemaPath:"#/properties/content/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key18},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err250];
}
else {
vErrors.push(err250);
}
errors++;
}
}
if(data99.prompts !== undefined){
let data100 = data99.prompts;
if(typeof data100 !== "string"){
const err251 = {instancePath:instancePath+"/content/prompts",schemaPath:"#/properties/content/properties/prompts/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err251];
}
else {
vErrors.push(err251);
}
errors++;
}
if(!(((data100 === "store") || (data100 === "hash")) || (data100 === "off"))){
const err252 = {instancePath:instancePath+"/content/prompts",schemaPath:"#/properties/content/properties/prompts/enum",keyword:"enum",params:{allowedValues: schema31.properties.content.properties.prompts.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err252];
}
else {
vErrors.push(err252);
}
errors++;
}
}
if(data99.systemPrompt !== undefined){
let data101 = data99.systemPrompt;
if(typeof data101 !== "string"){
const err253 = {instancePath:instancePath+"/content/systemPrompt",schemaPath:"#/properties/content/properties/systemPrompt/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err253];
}
else {
vErrors.push(err253);
}
errors++;
}
if(!(((data101 === "store") || (data101 === "hash")) || (data101 === "off"))){
const err254 = {instancePath:instancePath+"/content/systemPrompt",schemaPath:"#/properties/content/properties/systemPrompt/enum",keyword:"enum",params:{allowedValues: schema31.properties.content.properties.systemPrompt.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err254];
}
else {
vErrors.push(err254);
}
errors++;
}
}
if(data99.outputs !== undefined){
let data102 = data99.outputs;
if(typeof data102 !== "string"){
const err255 = {instancePath:instancePath+"/content/outputs",schemaPath:"#/properties/content/properties/outputs/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err255];
}
else {
vErrors.push(err255);
}
errors++;
}
if(!(((data102 === "store") || (data102 === "hash")) || (data102 === "off"))){
const err256 = {instancePath:instancePath+"/content/outputs",schemaPath:"#/properties/content/properties/outputs/enum",keyword:"enum",params:{allowedValues: schema31.properties.content.properties.outputs.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err256];
}
else {
vErrors.push(err256);
}
errors++;
}
}
if(data99.toolArguments !== undefined){
let data103 = data99.toolArguments;
if(typeof data103 !== "string"){
const err257 = {instancePath:instancePath+"/content/toolArguments",schemaPath:"#/properties/content/properties/toolArguments/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err257];
}
else {
vErrors.push(err257);
}
errors++;
}
if(!(((data103 === "store") || (data103 === "hash")) || (data103 === "off"))){
const err258 = {instancePath:instancePath+"/content/toolArguments",schemaPath:"#/properties/content/properties/toolArguments/enum",keyword:"enum",params:{allowedValues: schema31.properties.content.properties.toolArguments.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err258];
}
else {
vErrors.push(err258);
}
errors++;
}
}
if(data99.toolResults !== undefined){
let data104 = data99.toolResults;
if(typeof data104 !== "string"){
const err259 = {instancePath:instancePath+"/content/toolResults",schemaPath:"#/properties/content/properties/toolResults/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err259];
}
else {
vErrors.push(err259);
}
errors++;
}
if(!(((data104 === "store") || (data104 === "hash")) || (data104 === "off"))){
const err260 = {instancePath:instancePath+"/content/toolResults",schemaPath:"#/properties/content/properties/toolResults/enum",keyword:"enum",params:{allowedValues: schema31.properties.content.properties.toolResults.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err260];
}
else {
vErrors.push(err260);
}
errors++;
}
}
if(data99.reasoning !== undefined){
let data105 = data99.reasoning;
if(typeof data105 !== "string"){
const err261 = {instancePath:instancePath+"/content/reasoning",schemaPath:"#/properties/content/properties/reasoning/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err261];
}
else {
vErrors.push(err261);
}
errors++;
}
if(!(((data105 === "store") || (data105 === "hash")) || (data105 === "off"))){
const err262 = {instancePath:instancePath+"/content/reasoning",schemaPath:"#/properties/content/properties/reasoning/enum",keyword:"enum",params:{allowedValues: schema31.properties.content.properties.reasoning.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err262];
}
else {
vErrors.push(err262);
}
errors++;
}
}
if(data99.redact !== undefined){
let data106 = data99.redact;
if(Array.isArray(data106)){
if(data106.length > 100){
const err263 = {instancePath:instancePath+"/content/redact",schemaPath:"#/properties/content/properties/redact/maxItems",keyword:"maxItems",params:{limit: 100},message:"must NOT have more than 100 items"};
if(vErrors === null){
vErrors = [err263];
}
else {
vErrors.push(err263);
}
errors++;
}
const len31 = data106.length;
for(let i31=0; i31<len31; i31++){
let data107 = data106[i31];
if(typeof data107 !== "string"){
const err264 = {instancePath:instancePath+"/content/redact/" + i31,schemaPath:"#/properties/content/properties/redact/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err264];
}
else {
vErrors.push(err264);
}
errors++;
}
if(!((((((data107 === "secrets") || (data107 === "email")) || (data107 === "phone")) || (data107 === "creditCard")) || (data107 === "iban")) || (data107 === "ipAddress"))){
const err265 = {instancePath:instancePath+"/content/redact/" + i31,schemaPath:"#/properties/content/properties/redact/items/enum",keyword:"enum",params:{allowedValues: schema31.properties.content.properties.redact.items.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err265];
}
else {
vErrors.push(err265);
}
errors++;
}
}
}
else {
const err266 = {instancePath:instancePath+"/content/redact",schemaPath:"#/properties/content/properties/redact/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err266];
}
else {
vErrors.push(err266);
}
errors++;
}
}
if(data99.outbound !== undefined){
let data108 = data99.outbound;
if(data108 && typeof data108 == "object" && !Array.isArray(data108)){
for(const key19 in data108){
if(!((key19 === "find") || (key19 === "patterns"))){
const err267 = {instancePath:instancePath+"/content/outbound",schemaPath:"#/properties/content/properties/outbound/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key19},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err267];
}
else {
vErrors.push(err267);
}
errors++;
}
}
if(data108.find !== undefined){
let data109 = data108.find;
if(data109 && typeof data109 == "object" && !Array.isArray(data109)){
for(const key20 in data109){
if(!((((((key20 === "secrets") || (key20 === "email")) || (key20 === "phone")) || (key20 === "creditCard")) || (key20 === "iban")) || (key20 === "ipAddress"))){
const err268 = {instancePath:instancePath+"/content/outbound/find",schemaPath:"#/properties/content/properties/outbound/properties/find/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key20},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err268];
}
else {
vErrors.push(err268);
}
errors++;
}
}
if(data109.secrets !== undefined){
let data110 = data109.secrets;
if(typeof data110 !== "string"){
const err269 = {instancePath:instancePath+"/content/outbound/find/secrets",schemaPath:"#/properties/content/properties/outbound/properties/find/properties/secrets/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err269];
}
else {
vErrors.push(err269);
}
errors++;
}
if(!(((data110 === "record") || (data110 === "mask")) || (data110 === "block"))){
const err270 = {instancePath:instancePath+"/content/outbound/find/secrets",schemaPath:"#/properties/content/properties/outbound/properties/find/properties/secrets/enum",keyword:"enum",params:{allowedValues: schema31.properties.content.properties.outbound.properties.find.properties.secrets.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err270];
}
else {
vErrors.push(err270);
}
errors++;
}
}
if(data109.email !== undefined){
let data111 = data109.email;
if(typeof data111 !== "string"){
const err271 = {instancePath:instancePath+"/content/outbound/find/email",schemaPath:"#/properties/content/properties/outbound/properties/find/properties/email/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err271];
}
else {
vErrors.push(err271);
}
errors++;
}
if(!(((data111 === "record") || (data111 === "mask")) || (data111 === "block"))){
const err272 = {instancePath:instancePath+"/content/outbound/find/email",schemaPath:"#/properties/content/properties/outbound/properties/find/properties/email/enum",keyword:"enum",params:{allowedValues: schema31.properties.content.properties.outbound.properties.find.properties.email.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err272];
}
else {
vErrors.push(err272);
}
errors++;
}
}
if(data109.phone !== undefined){
let data112 = data109.phone;
if(typeof data112 !== "string"){
const err273 = {instancePath:instancePath+"/content/outbound/find/phone",schemaPath:"#/properties/content/properties/outbound/properties/find/properties/phone/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err273];
}
else {
vErrors.push(err273);
}
errors++;
}
if(!(((data112 === "record") || (data112 === "mask")) || (data112 === "block"))){
const err274 = {instancePath:instancePath+"/content/outbound/find/phone",schemaPath:"#/properties/content/properties/outbound/properties/find/properties/phone/enum",keyword:"enum",params:{allowedValues: schema31.properties.content.properties.outbound.properties.find.properties.phone.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err274];
}
else {
vErrors.push(err274);
}
errors++;
}
}
if(data109.creditCard !== undefined){
let data113 = data109.creditCard;
if(typeof data113 !== "string"){
const err275 = {instancePath:instancePath+"/content/outbound/find/creditCard",schemaPath:"#/properties/content/properties/outbound/properties/find/properties/creditCard/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err275];
}
else {
vErrors.push(err275);
}
errors++;
}
if(!(((data113 === "record") || (data113 === "mask")) || (data113 === "block"))){
const err276 = {instancePath:instancePath+"/content/outbound/find/creditCard",schemaPath:"#/properties/content/properties/outbound/properties/find/properties/creditCard/enum",keyword:"enum",params:{allowedValues: schema31.properties.content.properties.outbound.properties.find.properties.creditCard.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err276];
}
else {
vErrors.push(err276);
}
errors++;
}
}
if(data109.iban !== undefined){
let data114 = data109.iban;
if(typeof data114 !== "string"){
const err277 = {instancePath:instancePath+"/content/outbound/find/iban",schemaPath:"#/properties/content/properties/outbound/properties/find/properties/iban/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err277];
}
else {
vErrors.push(err277);
}
errors++;
}
if(!(((data114 === "record") || (data114 === "mask")) || (data114 === "block"))){
const err278 = {instancePath:instancePath+"/content/outbound/find/iban",schemaPath:"#/properties/content/properties/outbound/properties/find/properties/iban/enum",keyword:"enum",params:{allowedValues: schema31.properties.content.properties.outbound.properties.find.properties.iban.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err278];
}
else {
vErrors.push(err278);
}
errors++;
}
}
if(data109.ipAddress !== undefined){
let data115 = data109.ipAddress;
if(typeof data115 !== "string"){
const err279 = {instancePath:instancePath+"/content/outbound/find/ipAddress",schemaPath:"#/properties/content/properties/outbound/properties/find/properties/ipAddress/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err279];
}
else {
vErrors.push(err279);
}
errors++;
}
if(!(((data115 === "record") || (data115 === "mask")) || (data115 === "block"))){
const err280 = {instancePath:instancePath+"/content/outbound/find/ipAddress",schemaPath:"#/properties/content/properties/outbound/properties/find/properties/ipAddress/enum",keyword:"enum",params:{allowedValues: schema31.properties.content.properties.outbound.properties.find.properties.ipAddress.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err280];
}
else {
vErrors.push(err280);
}
errors++;
}
}
}
else {
const err281 = {instancePath:instancePath+"/content/outbound/find",schemaPath:"#/properties/content/properties/outbound/properties/find/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err281];
}
else {
vErrors.push(err281);
}
errors++;
}
}
if(data108.patterns !== undefined){
let data116 = data108.patterns;
if(Array.isArray(data116)){
if(data116.length > 1000){
const err282 = {instancePath:instancePath+"/content/outbound/patterns",schemaPath:"#/properties/content/properties/outbound/properties/patterns/maxItems",keyword:"maxItems",params:{limit: 1000},message:"must NOT have more than 1000 items"};
if(vErrors === null){
vErrors = [err282];
}
else {
vErrors.push(err282);
}
errors++;
}
const len32 = data116.length;
for(let i32=0; i32<len32; i32++){
let data117 = data116[i32];
if(data117 && typeof data117 == "object" && !Array.isArray(data117)){
if(data117.id === undefined){
const err283 = {instancePath:instancePath+"/content/outbound/patterns/" + i32,schemaPath:"#/properties/content/properties/outbound/properties/patterns/items/required",keyword:"required",params:{missingProperty: "id"},message:"must have required property '"+"id"+"'"};
if(vErrors === null){
vErrors = [err283];
}
else {
vErrors.push(err283);
}
errors++;
}
if(data117.pattern === undefined){
const err284 = {instancePath:instancePath+"/content/outbound/patterns/" + i32,schemaPath:"#/properties/content/properties/outbound/properties/patterns/items/required",keyword:"required",params:{missingProperty: "pattern"},message:"must have required property '"+"pattern"+"'"};
if(vErrors === null){
vErrors = [err284];
}
else {
vErrors.push(err284);
}
errors++;
}
if(data117.action === undefined){
const err285 = {instancePath:instancePath+"/content/outbound/patterns/" + i32,schemaPath:"#/properties/content/properties/outbound/properties/patterns/items/required",keyword:"required",params:{missingProperty: "action"},message:"must have required property '"+"action"+"'"};
if(vErrors === null){
vErrors = [err285];
}
else {
vErrors.push(err285);
}
errors++;
}
for(const key21 in data117){
if(!(((key21 === "id") || (key21 === "pattern")) || (key21 === "action"))){
const err286 = {instancePath:instancePath+"/content/outbound/patterns/" + i32,schemaPath:"#/properties/content/properties/outbound/properties/patterns/items/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key21},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err286];
}
else {
vErrors.push(err286);
}
errors++;
}
}
if(data117.id !== undefined){
let data118 = data117.id;
if(typeof data118 === "string"){
if(func2(data118) > 4096){
const err287 = {instancePath:instancePath+"/content/outbound/patterns/" + i32+"/id",schemaPath:"#/properties/content/properties/outbound/properties/patterns/items/properties/id/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters"};
if(vErrors === null){
vErrors = [err287];
}
else {
vErrors.push(err287);
}
errors++;
}
if(func2(data118) < 1){
const err288 = {instancePath:instancePath+"/content/outbound/patterns/" + i32+"/id",schemaPath:"#/properties/content/properties/outbound/properties/patterns/items/properties/id/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err288];
}
else {
vErrors.push(err288);
}
errors++;
}
if(!pattern8.test(data118)){
const err289 = {instancePath:instancePath+"/content/outbound/patterns/" + i32+"/id",schemaPath:"#/properties/content/properties/outbound/properties/patterns/items/properties/id/pattern",keyword:"pattern",params:{pattern: "^[\\w-]{1,64}$"},message:"must match pattern \""+"^[\\w-]{1,64}$"+"\""};
if(vErrors === null){
vErrors = [err289];
}
else {
vErrors.push(err289);
}
errors++;
}
}
else {
const err290 = {instancePath:instancePath+"/content/outbound/patterns/" + i32+"/id",schemaPath:"#/properties/content/properties/outbound/properties/patterns/items/properties/id/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err290];
}
else {
vErrors.push(err290);
}
errors++;
}
}
if(data117.pattern !== undefined){
let data119 = data117.pattern;
if(typeof data119 === "string"){
if(func2(data119) > 4096){
const err291 = {instancePath:instancePath+"/content/outbound/patterns/" + i32+"/pattern",schemaPath:"#/properties/content/properties/outbound/properties/patterns/items/properties/pattern/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters"};
if(vErrors === null){
vErrors = [err291];
}
else {
vErrors.push(err291);
}
errors++;
}
if(func2(data119) < 1){
const err292 = {instancePath:instancePath+"/content/outbound/patterns/" + i32+"/pattern",schemaPath:"#/properties/content/properties/outbound/properties/patterns/items/properties/pattern/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err292];
}
else {
vErrors.push(err292);
}
errors++;
}
}
else {
const err293 = {instancePath:instancePath+"/content/outbound/patterns/" + i32+"/pattern",schemaPath:"#/properties/content/properties/outbound/properties/patterns/items/properties/pattern/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err293];
}
else {
vErrors.push(err293);
}
errors++;
}
}
if(data117.action !== undefined){
let data120 = data117.action;
if(typeof data120 !== "string"){
const err294 = {instancePath:instancePath+"/content/outbound/patterns/" + i32+"/action",schemaPath:"#/properties/content/properties/outbound/properties/patterns/items/properties/action/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err294];
}
else {
vErrors.push(err294);
}
errors++;
}
if(!(((data120 === "record") || (data120 === "mask")) || (data120 === "block"))){
const err295 = {instancePath:instancePath+"/content/outbound/patterns/" + i32+"/action",schemaPath:"#/properties/content/properties/outbound/properties/patterns/items/properties/action/enum",keyword:"enum",params:{allowedValues: schema31.properties.content.properties.outbound.properties.patterns.items.properties.action.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err295];
}
else {
vErrors.push(err295);
}
errors++;
}
}
}
else {
const err296 = {instancePath:instancePath+"/content/outbound/patterns/" + i32,schemaPath:"#/properties/content/properties/outbound/properties/patterns/items/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err296];
}
else {
vErrors.push(err296);
}
errors++;
}
}
}
else {
const err297 = {instancePath:instancePath+"/content/outbound/patterns",schemaPath:"#/properties/content/properties/outbound/properties/patterns/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err297];
}
else {
vErrors.push(err297);
}
errors++;
}
}
}
else {
const err298 = {instancePath:instancePath+"/content/outbound",schemaPath:"#/properties/content/properties/outbound/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err298];
}
else {
vErrors.push(err298);
}
errors++;
}
}
}
else {
const err299 = {instancePath:instancePath+"/content",schemaPath:"#/properties/content/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err299];
}
else {
vErrors.push(err299);
}
errors++;
}
}
if(data.retention !== undefined){
let data121 = data.retention;
if(data121 && typeof data121 == "object" && !Array.isArray(data121)){
for(const key22 in data121){
if(!((((((key22 === "interceptions") || (key22 === "content")) || (key22 === "egress")) || (key22 === "commands")) || (key22 === "files")) || (key22 === "mcpCalls"))){
const err300 = {instancePath:instancePath+"/retention",schemaPath:"#/properties/retention/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key22},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err300];
}
else {
vErrors.push(err300);
}
errors++;
}
}
if(data121.interceptions !== undefined){
let data122 = data121.interceptions;
if(typeof data122 === "string"){
if(!pattern9.test(data122)){
const err301 = {instancePath:instancePath+"/retention/interceptions",schemaPath:"#/properties/retention/properties/interceptions/pattern",keyword:"pattern",params:{pattern: "^[1-9]\\d{0,5}[hdw]$"},message:"must match pattern \""+"^[1-9]\\d{0,5}[hdw]$"+"\""};
if(vErrors === null){
vErrors = [err301];
}
else {
vErrors.push(err301);
}
errors++;
}
}
else {
const err302 = {instancePath:instancePath+"/retention/interceptions",schemaPath:"#/properties/retention/properties/interceptions/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err302];
}
else {
vErrors.push(err302);
}
errors++;
}
}
if(data121.content !== undefined){
let data123 = data121.content;
if(typeof data123 === "string"){
if(!pattern9.test(data123)){
const err303 = {instancePath:instancePath+"/retention/content",schemaPath:"#/properties/retention/properties/content/pattern",keyword:"pattern",params:{pattern: "^[1-9]\\d{0,5}[hdw]$"},message:"must match pattern \""+"^[1-9]\\d{0,5}[hdw]$"+"\""};
if(vErrors === null){
vErrors = [err303];
}
else {
vErrors.push(err303);
}
errors++;
}
}
else {
const err304 = {instancePath:instancePath+"/retention/content",schemaPath:"#/properties/retention/properties/content/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err304];
}
else {
vErrors.push(err304);
}
errors++;
}
}
if(data121.egress !== undefined){
let data124 = data121.egress;
if(typeof data124 === "string"){
if(!pattern9.test(data124)){
const err305 = {instancePath:instancePath+"/retention/egress",schemaPath:"#/properties/retention/properties/egress/pattern",keyword:"pattern",params:{pattern: "^[1-9]\\d{0,5}[hdw]$"},message:"must match pattern \""+"^[1-9]\\d{0,5}[hdw]$"+"\""};
if(vErrors === null){
vErrors = [err305];
}
else {
vErrors.push(err305);
}
errors++;
}
}
else {
const err306 = {instancePath:instancePath+"/retention/egress",schemaPath:"#/properties/retention/properties/egress/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err306];
}
else {
vErrors.push(err306);
}
errors++;
}
}
if(data121.commands !== undefined){
let data125 = data121.commands;
if(typeof data125 === "string"){
if(!pattern9.test(data125)){
const err307 = {instancePath:instancePath+"/retention/commands",schemaPath:"#/properties/retention/properties/commands/pattern",keyword:"pattern",params:{pattern: "^[1-9]\\d{0,5}[hdw]$"},message:"must match pattern \""+"^[1-9]\\d{0,5}[hdw]$"+"\""};
if(vErrors === null){
vErrors = [err307];
}
else {
vErrors.push(err307);
}
errors++;
}
}
else {
const err308 = {instancePath:instancePath+"/retention/commands",schemaPath:"#/properties/retention/properties/commands/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err308];
}
else {
vErrors.push(err308);
}
errors++;
}
}
if(data121.files !== undefined){
let data126 = data121.files;
if(typeof data126 === "string"){
if(!pattern9.test(data126)){
const err309 = {instancePath:instancePath+"/retention/files",schemaPath:"#/properties/retention/properties/files/pattern",keyword:"pattern",params:{pattern: "^[1-9]\\d{0,5}[hdw]$"},message:"must match pattern \""+"^[1-9]\\d{0,5}[hdw]$"+"\""};
if(vErrors === null){
vErrors = [err309];
}
else {
vErrors.push(err309);
}
errors++;
}
}
else {
const err310 = {instancePath:instancePath+"/retention/files",schemaPath:"#/properties/retention/properties/files/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err310];
}
else {
vErrors.push(err310);
}
errors++;
}
}
if(data121.mcpCalls !== undefined){
let data127 = data121.mcpCalls;
if(typeof data127 === "string"){
if(!pattern9.test(data127)){
const err311 = {instancePath:instancePath+"/retention/mcpCalls",schemaPath:"#/properties/retention/properties/mcpCalls/pattern",keyword:"pattern",params:{pattern: "^[1-9]\\d{0,5}[hdw]$"},message:"must match pattern \""+"^[1-9]\\d{0,5}[hdw]$"+"\""};
if(vErrors === null){
vErrors = [err311];
}
else {
vErrors.push(err311);
}
errors++;
}
}
else {
const err312 = {instancePath:instancePath+"/retention/mcpCalls",schemaPath:"#/properties/retention/properties/mcpCalls/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err312];
}
else {
vErrors.push(err312);
}
errors++;
}
}
}
else {
const err313 = {instancePath:instancePath+"/retention",schemaPath:"#/properties/retention/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err313];
}
else {
vErrors.push(err313);
}
errors++;
}
}
if(data.audit !== undefined){
let data128 = data.audit;
if(data128 && typeof data128 == "object" && !Array.isArray(data128)){
for(const key23 in data128){
if(!(key23 === "onFailure")){
const err314 = {instancePath:instancePath+"/audit",schemaPath:"#/properties/audit/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key23},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err314];
}
else {
vErrors.push(err314);
}
errors++;
}
}
if(data128.onFailure !== undefined){
let data129 = data128.onFailure;
if(typeof data129 !== "string"){
const err315 = {instancePath:instancePath+"/audit/onFailure",schemaPath:"#/properties/audit/properties/onFailure/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err315];
}
else {
vErrors.push(err315);
}
errors++;
}
if(!((data129 === "block") || (data129 === "allow"))){
const err316 = {instancePath:instancePath+"/audit/onFailure",schemaPath:"#/properties/audit/properties/onFailure/enum",keyword:"enum",params:{allowedValues: schema31.properties.audit.properties.onFailure.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err316];
}
else {
vErrors.push(err316);
}
errors++;
}
}
}
else {
const err317 = {instancePath:instancePath+"/audit",schemaPath:"#/properties/audit/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err317];
}
else {
vErrors.push(err317);
}
errors++;
}
}
if(data.firewall !== undefined){
let data130 = data.firewall;
if(data130 && typeof data130 == "object" && !Array.isArray(data130)){
for(const key24 in data130){
if(!(((key24 === "minimumLevel") || (key24 === "mode")) || (key24 === "maxExceptionMinutes"))){
const err318 = {instancePath:instancePath+"/firewall",schemaPath:"#/properties/firewall/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key24},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err318];
}
else {
vErrors.push(err318);
}
errors++;
}
}
if(data130.minimumLevel !== undefined){
let data131 = data130.minimumLevel;
if(typeof data131 !== "string"){
const err319 = {instancePath:instancePath+"/firewall/minimumLevel",schemaPath:"#/properties/firewall/properties/minimumLevel/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err319];
}
else {
vErrors.push(err319);
}
errors++;
}
if(!(((((((data131 === "A+") || (data131 === "A")) || (data131 === "B")) || (data131 === "A-")) || (data131 === "B-")) || (data131 === "C")) || (data131 === "D"))){
const err320 = {instancePath:instancePath+"/firewall/minimumLevel",schemaPath:"#/properties/firewall/properties/minimumLevel/enum",keyword:"enum",params:{allowedValues: schema31.properties.firewall.properties.minimumLevel.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err320];
}
else {
vErrors.push(err320);
}
errors++;
}
}
if(data130.mode !== undefined){
let data132 = data130.mode;
if(typeof data132 !== "string"){
const err321 = {instancePath:instancePath+"/firewall/mode",schemaPath:"#/properties/firewall/properties/mode/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err321];
}
else {
vErrors.push(err321);
}
errors++;
}
if(!((data132 === "enforce") || (data132 === "monitor"))){
const err322 = {instancePath:instancePath+"/firewall/mode",schemaPath:"#/properties/firewall/properties/mode/enum",keyword:"enum",params:{allowedValues: schema31.properties.firewall.properties.mode.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err322];
}
else {
vErrors.push(err322);
}
errors++;
}
}
if(data130.maxExceptionMinutes !== undefined){
let data133 = data130.maxExceptionMinutes;
if(!(((typeof data133 == "number") && (!(data133 % 1) && !isNaN(data133))) && (isFinite(data133)))){
const err323 = {instancePath:instancePath+"/firewall/maxExceptionMinutes",schemaPath:"#/properties/firewall/properties/maxExceptionMinutes/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err323];
}
else {
vErrors.push(err323);
}
errors++;
}
if((typeof data133 == "number") && (isFinite(data133))){
if(data133 > 1440 || isNaN(data133)){
const err324 = {instancePath:instancePath+"/firewall/maxExceptionMinutes",schemaPath:"#/properties/firewall/properties/maxExceptionMinutes/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1440},message:"must be <= 1440"};
if(vErrors === null){
vErrors = [err324];
}
else {
vErrors.push(err324);
}
errors++;
}
if(data133 < 0 || isNaN(data133)){
const err325 = {instancePath:instancePath+"/firewall/maxExceptionMinutes",schemaPath:"#/properties/firewall/properties/maxExceptionMinutes/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err325];
}
else {
vErrors.push(err325);
}
errors++;
}
}
}
}
else {
const err326 = {instancePath:instancePath+"/firewall",schemaPath:"#/properties/firewall/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err326];
}
else {
vErrors.push(err326);
}
errors++;
}
}
if(data.selectors !== undefined){
let data134 = data.selectors;
if(data134 && typeof data134 == "object" && !Array.isArray(data134)){
if(data134.match === undefined){
const err327 = {instancePath:instancePath+"/selectors",schemaPath:"#/properties/selectors/required",keyword:"required",params:{missingProperty: "match"},message:"must have required property '"+"match"+"'"};
if(vErrors === null){
vErrors = [err327];
}
else {
vErrors.push(err327);
}
errors++;
}
for(const key25 in data134){
if(!(key25 === "match")){
const err328 = {instancePath:instancePath+"/selectors",schemaPath:"#/properties/selectors/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key25},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err328];
}
else {
vErrors.push(err328);
}
errors++;
}
}
if(data134.match !== undefined){
let data135 = data134.match;
if(data135 && typeof data135 == "object" && !Array.isArray(data135)){
for(const key26 in data135){
if(!(((((key26 === "templates") || (key26 === "groups")) || (key26 === "users")) || (key26 === "organizations")) || (key26 === "tasks"))){
const err329 = {instancePath:instancePath+"/selectors/match",schemaPath:"#/properties/selectors/properties/match/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key26},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err329];
}
else {
vErrors.push(err329);
}
errors++;
}
}
if(data135.templates !== undefined){
let data136 = data135.templates;
if(Array.isArray(data136)){
if(data136.length > 100000){
const err330 = {instancePath:instancePath+"/selectors/match/templates",schemaPath:"#/properties/selectors/properties/match/properties/templates/maxItems",keyword:"maxItems",params:{limit: 100000},message:"must NOT have more than 100000 items"};
if(vErrors === null){
vErrors = [err330];
}
else {
vErrors.push(err330);
}
errors++;
}
const len33 = data136.length;
for(let i33=0; i33<len33; i33++){
let data137 = data136[i33];
if(typeof data137 === "string"){
if(func2(data137) > 4096){
const err331 = {instancePath:instancePath+"/selectors/match/templates/" + i33,schemaPath:"#/properties/selectors/properties/match/properties/templates/items/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters"};
if(vErrors === null){
vErrors = [err331];
}
else {
vErrors.push(err331);
}
errors++;
}
if(func2(data137) < 1){
const err332 = {instancePath:instancePath+"/selectors/match/templates/" + i33,schemaPath:"#/properties/selectors/properties/match/properties/templates/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err332];
}
else {
vErrors.push(err332);
}
errors++;
}
}
else {
const err333 = {instancePath:instancePath+"/selectors/match/templates/" + i33,schemaPath:"#/properties/selectors/properties/match/properties/templates/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err333];
}
else {
vErrors.push(err333);
}
errors++;
}
}
}
else {
const err334 = {instancePath:instancePath+"/selectors/match/templates",schemaPath:"#/properties/selectors/properties/match/properties/templates/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err334];
}
else {
vErrors.push(err334);
}
errors++;
}
}
if(data135.groups !== undefined){
let data138 = data135.groups;
if(Array.isArray(data138)){
if(data138.length > 100000){
const err335 = {instancePath:instancePath+"/selectors/match/groups",schemaPath:"#/properties/selectors/properties/match/properties/groups/maxItems",keyword:"maxItems",params:{limit: 100000},message:"must NOT have more than 100000 items"};
if(vErrors === null){
vErrors = [err335];
}
else {
vErrors.push(err335);
}
errors++;
}
const len34 = data138.length;
for(let i34=0; i34<len34; i34++){
let data139 = data138[i34];
if(typeof data139 === "string"){
if(func2(data139) > 4096){
const err336 = {instancePath:instancePath+"/selectors/match/groups/" + i34,schemaPath:"#/properties/selectors/properties/match/properties/groups/items/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters"};
if(vErrors === null){
vErrors = [err336];
}
else {
vErrors.push(err336);
}
errors++;
}
if(func2(data139) < 1){
const err337 = {instancePath:instancePath+"/selectors/match/groups/" + i34,schemaPath:"#/properties/selectors/properties/match/properties/groups/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err337];
}
else {
vErrors.push(err337);
}
errors++;
}
}
else {
const err338 = {instancePath:instancePath+"/selectors/match/groups/" + i34,schemaPath:"#/properties/selectors/properties/match/properties/groups/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err338];
}
else {
vErrors.push(err338);
}
errors++;
}
}
}
else {
const err339 = {instancePath:instancePath+"/selectors/match/groups",schemaPath:"#/properties/selectors/properties/match/properties/groups/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err339];
}
else {
vErrors.push(err339);
}
errors++;
}
}
if(data135.users !== undefined){
let data140 = data135.users;
if(Array.isArray(data140)){
if(data140.length > 100000){
const err340 = {instancePath:instancePath+"/selectors/match/users",schemaPath:"#/properties/selectors/properties/match/properties/users/maxItems",keyword:"maxItems",params:{limit: 100000},message:"must NOT have more than 100000 items"};
if(vErrors === null){
vErrors = [err340];
}
else {
vErrors.push(err340);
}
errors++;
}
const len35 = data140.length;
for(let i35=0; i35<len35; i35++){
let data141 = data140[i35];
if(typeof data141 === "string"){
if(func2(data141) > 4096){
const err341 = {instancePath:instancePath+"/selectors/match/users/" + i35,schemaPath:"#/properties/selectors/properties/match/properties/users/items/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters"};
if(vErrors === null){
vErrors = [err341];
}
else {
vErrors.push(err341);
}
errors++;
}
if(func2(data141) < 1){
const err342 = {instancePath:instancePath+"/selectors/match/users/" + i35,schemaPath:"#/properties/selectors/properties/match/properties/users/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err342];
}
else {
vErrors.push(err342);
}
errors++;
}
}
else {
const err343 = {instancePath:instancePath+"/selectors/match/users/" + i35,schemaPath:"#/properties/selectors/properties/match/properties/users/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err343];
}
else {
vErrors.push(err343);
}
errors++;
}
}
}
else {
const err344 = {instancePath:instancePath+"/selectors/match/users",schemaPath:"#/properties/selectors/properties/match/properties/users/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err344];
}
else {
vErrors.push(err344);
}
errors++;
}
}
if(data135.organizations !== undefined){
let data142 = data135.organizations;
if(Array.isArray(data142)){
if(data142.length > 100000){
const err345 = {instancePath:instancePath+"/selectors/match/organizations",schemaPath:"#/properties/selectors/properties/match/properties/organizations/maxItems",keyword:"maxItems",params:{limit: 100000},message:"must NOT have more than 100000 items"};
if(vErrors === null){
vErrors = [err345];
}
else {
vErrors.push(err345);
}
errors++;
}
const len36 = data142.length;
for(let i36=0; i36<len36; i36++){
let data143 = data142[i36];
if(typeof data143 === "string"){
if(func2(data143) > 4096){
const err346 = {instancePath:instancePath+"/selectors/match/organizations/" + i36,schemaPath:"#/properties/selectors/properties/match/properties/organizations/items/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters"};
if(vErrors === null){
vErrors = [err346];
}
else {
vErrors.push(err346);
}
errors++;
}
if(func2(data143) < 1){
const err347 = {instancePath:instancePath+"/selectors/match/organizations/" + i36,schemaPath:"#/properties/selectors/properties/match/properties/organizations/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err347];
}
else {
vErrors.push(err347);
}
errors++;
}
}
else {
const err348 = {instancePath:instancePath+"/selectors/match/organizations/" + i36,schemaPath:"#/properties/selectors/properties/match/properties/organizations/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err348];
}
else {
vErrors.push(err348);
}
errors++;
}
}
}
else {
const err349 = {instancePath:instancePath+"/selectors/match/organizations",schemaPath:"#/properties/selectors/properties/match/properties/organizations/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err349];
}
else {
vErrors.push(err349);
}
errors++;
}
}
if(data135.tasks !== undefined){
let data144 = data135.tasks;
if(Array.isArray(data144)){
if(data144.length > 100000){
const err350 = {instancePath:instancePath+"/selectors/match/tasks",schemaPath:"#/properties/selectors/properties/match/properties/tasks/maxItems",keyword:"maxItems",params:{limit: 100000},message:"must NOT have more than 100000 items"};
if(vErrors === null){
vErrors = [err350];
}
else {
vErrors.push(err350);
}
errors++;
}
const len37 = data144.length;
for(let i37=0; i37<len37; i37++){
let data145 = data144[i37];
if(typeof data145 === "string"){
if(func2(data145) > 4096){
const err351 = {instancePath:instancePath+"/selectors/match/tasks/" + i37,schemaPath:"#/properties/selectors/properties/match/properties/tasks/items/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters"};
if(vErrors === null){
vErrors = [err351];
}
else {
vErrors.push(err351);
}
errors++;
}
if(func2(data145) < 1){
const err352 = {instancePath:instancePath+"/selectors/match/tasks/" + i37,schemaPath:"#/properties/selectors/properties/match/properties/tasks/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err352];
}
else {
vErrors.push(err352);
}
errors++;
}
}
else {
const err353 = {instancePath:instancePath+"/selectors/match/tasks/" + i37,schemaPath:"#/properties/selectors/properties/match/properties/tasks/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err353];
}
else {
vErrors.push(err353);
}
errors++;
}
}
}
else {
const err354 = {instancePath:instancePath+"/selectors/match/tasks",schemaPath:"#/properties/selectors/properties/match/properties/tasks/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err354];
}
else {
vErrors.push(err354);
}
errors++;
}
}
}
else {
const err355 = {instancePath:instancePath+"/selectors/match",schemaPath:"#/properties/selectors/properties/match/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err355];
}
else {
vErrors.push(err355);
}
errors++;
}
}
}
else {
const err356 = {instancePath:instancePath+"/selectors",schemaPath:"#/properties/selectors/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err356];
}
else {
vErrors.push(err356);
}
errors++;
}
}
}
else {
const err357 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err357];
}
else {
vErrors.push(err357);
}
errors++;
}
validate20.errors = vErrors;
return errors === 0;
}
validate20.evaluated = {"props":true,"dynamicProps":false,"dynamicItems":false};
