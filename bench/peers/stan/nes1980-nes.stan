// Party identification on ideology, demographics and age group, flat priors; the design matrix is made once from data.
data {
  int<lower=0> N;
  vector[N] partyid7;
  vector[N] real_ideo;
  vector[N] race_adj;
  vector[N] educ1;
  vector[N] gender;
  vector[N] income;
  array[N] int<lower=1, upper=4> age_discrete;
}
transformed data {
  matrix[N, 9] x;
  x[ : , 1] = ones_vector(N);
  x[ : , 2] = real_ideo;
  x[ : , 3] = race_adj;
  for (n in 1 : N) {
    for (g in 2 : 4) {
      x[n, 2 + g] = age_discrete[n] == g;
    }
  }
  x[ : , 7] = educ1;
  x[ : , 8] = gender;
  x[ : , 9] = income;
}
parameters {
  vector[9] beta;
  real<lower=0> sigma;
}
model {
  partyid7 ~ normal_id_glm(x, 0, beta, sigma);
}
